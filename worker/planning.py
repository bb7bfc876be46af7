"""The plan of notices after a decision: made inside FINISH's own transaction, where what was sent can't change."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.store.notices import keep_plan, standing_notices
from policies.decision import Decision
from policies.model import TicketRef
from policies.notices import OVER, Notice, NoticeState, Standing
from policies.replan import Plan, replan

_UNSENT = frozenset({NoticeState.PLANNED, NoticeState.FAILED})


def keep_notices(conn: Connection, ref: TicketRef, decision: Decision | None, now: datetime, *, silent: bool) -> bool:
    """Bring a ticket's notices in line with what was decided; None: it is gone. `silent`: its site is only watched.

    True: one that has no place any more is being sent just now. It can't be cancelled, and may be tried again.
    """
    while True:  # once more only where a notifier took one just now: then somebody was told
        standing = standing_notices(conn, ref)
        if keep_plan(conn, ref, _nobody_told(standing) if silent else replan(decision, standing, now)):
            return _outdated_is_sent(standing, () if silent or decision is None else decision.notices)


def _nobody_told(standing: Sequence[Standing]) -> Plan:
    return Plan((), tuple((one.notice, "watch_only") for one in standing if one.state in _UNSENT))


def _outdated_is_sent(standing: Sequence[Standing], schedule: Sequence[Notice]) -> bool:
    going = {one.notice.key for one in standing if one.state is NoticeState.SENDING and one.notice.step != OVER}
    return bool(going) and not going <= {notice.key for notice in schedule}
