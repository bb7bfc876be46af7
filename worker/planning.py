"""The plan of notices after a decision: made inside FINISH's own transaction, where what was sent can't change."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from connector.store.notices import keep_plan, standing_notices
from policies.decision import Decision
from policies.model import TicketRef
from policies.notices import NoticeState, Standing
from policies.replan import Plan, replan

_UNSENT = frozenset({NoticeState.PLANNED, NoticeState.FAILED})


def keep_notices(conn: Connection, ref: TicketRef, decision: Decision | None, now: datetime, *, silent: bool) -> None:
    """Bring a ticket's notices in line with what was decided; None: it is gone. `silent`: its site is only watched."""
    kept = False
    while not kept:  # once more only where a notifier took one just now: then somebody was told
        standing = standing_notices(conn, ref)
        kept = keep_plan(conn, ref, _nobody_told(standing) if silent else replan(decision, standing, now))


def _nobody_told(standing: Sequence[Standing]) -> Plan:
    return Plan((), tuple((one.notice, "watch_only") for one in standing if one.state in _UNSENT))
