"""A store and a notifier in miniature: what stands of a ticket's notices, and what was told when."""

from dataclasses import dataclass, field
from datetime import datetime

from policies.decision import Decision
from policies.notices import Notice, NoticeState, Standing
from policies.replan import Plan, replan

Key = tuple[str, datetime, datetime, str, str, int]


def key_of(notice: Notice) -> Key:
    return (notice.metric, notice.start_at, notice.due_at, notice.step, notice.channel, notice.repetition)


@dataclass
class Recorder:
    """Rows by key with their state, the reasons of those cancelled, and what was told; a closed channel waits."""

    rows: dict[Key, Standing] = field(default_factory=dict)
    reasons: dict[Key, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)

    def look(self, decision: Decision | None, now: datetime) -> Plan:
        """Tell what came due before the look, plan anew, tell what is due at once."""
        self.tell(now)
        plan = replan(decision, list(self.rows.values()), now)
        for notice, reason in plan.cancel:
            assert self.rows[key_of(notice)].state in {NoticeState.PLANNED, NoticeState.FAILED}
            self.rows[key_of(notice)] = Standing(notice, NoticeState.CANCELLED)
            self.reasons[key_of(notice)] = reason
        for notice in plan.put:
            standing = self.rows.get(key_of(notice))
            assert standing is None or standing.state not in {NoticeState.SENT, NoticeState.SENDING}
            self.rows[key_of(notice)] = Standing(notice, NoticeState.PLANNED)
            self.reasons.pop(key_of(notice), None)
        self.tell(now)
        return plan

    def tell(self, now: datetime) -> None:
        due = [row.notice for row in self.rows.values() if row.state is NoticeState.PLANNED]
        for notice in sorted(due, key=lambda notice: (notice.send_at, notice.step, notice.channel)):
            if notice.send_at <= now and notice.channel not in self.closed:
                self.rows[key_of(notice)] = Standing(notice, NoticeState.SENT)
                again = f" again {notice.repetition}" if notice.repetition else ""
                self.told.append(f"{notice.send_at:%H:%M} {notice.step} {notice.channel}{again}")

    def planned(self) -> list[str]:
        rows = [row.notice for row in self.rows.values() if row.state is NoticeState.PLANNED]
        return [
            f"{notice.send_at:%H:%M} {notice.step} {notice.channel}" for notice in sorted(rows, key=lambda n: n.send_at)
        ]

    def why_cancelled(self) -> set[str]:
        return set(self.reasons.values())
