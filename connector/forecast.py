"""What a change of the mappings would do to the open tickets, worked out from each as it was last fetched."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from connector.decided import InForce, decided, recall
from connector.store.fetched import fetched_ticket
from connector.store.notices import standing_notices
from connector.store.tables import agenda, fetched, tickets
from policies.decision import Decision
from policies.model import State, Ticket, TicketRef
from policies.notices import OVER
from policies.replan import replan
from policies.touched import Touched


@dataclass(frozen=True, slots=True)
class Forecast:
    """One open ticket under the rules in force and under the others; `told_at_once`: notices by channel."""

    ref: TicketRef
    key: str
    before: Decision
    after: Decision
    told_at_once: Mapping[str, int]

    @property
    def changes(self) -> bool:
        """Say whether the ticket would get another due time, state or mapping."""
        return _shown(self.before) != _shown(self.after)

    @property
    def breached_at_once(self) -> bool:
        """Say whether it would be breached without having been so."""
        return self.after.state is State.BREACHED and self.before.state is not State.BREACHED

    @property
    def matches_nothing(self) -> bool:
        """Say whether no mapping would match it any more."""
        return self.after.reason == "no_match" and self.before.reason != "no_match"


def _shown(decision: Decision) -> tuple[object, ...]:
    return decision.due_at, decision.state, decision.mapping, decision.reason


def open_tickets(conn: Connection, touched: Touched) -> tuple[TicketRef, ...]:
    """Name the open tickets that a change touches, in the order of site and key."""
    columns = tickets.c
    one_of = or_(columns.site.in_(touched.sites), columns.mapping.in_(touched.mappings))
    chosen = select(columns.site, columns.ticket).where(~columns.ended, one_of).order_by(columns.site, columns.key)
    return tuple(TicketRef(row.site, row.ticket) for row in conn.execute(chosen))


def never_fetched(conn: Connection, touched: Touched) -> int:
    """Count the tickets on the agenda of touched sites of which nothing is known yet."""
    known = select(fetched.c.ticket).where(fetched.c.site == agenda.c.site, fetched.c.ticket == agenda.c.ticket)
    unknown = select(func.count()).select_from(agenda).where(agenda.c.site.in_(touched.sites), ~known.exists())
    return conn.execute(unknown).scalar_one()


def forecasts(
    conn: Connection, refs: Iterable[TicketRef], before: InForce, after: InForce, now: datetime
) -> Iterator[Forecast]:
    """Decide each ticket twice. Nothing is fetched, nothing is stored."""
    for ref in refs:
        ticket = fetched_ticket(conn, ref)
        if ticket is not None:
            yield _forecast(conn, ticket, before, after, now)


def _forecast(conn: Connection, ticket: Ticket, before: InForce, after: InForce, now: datetime) -> Forecast:
    known = recall(conn, ticket.ref)
    new = decided(ticket, known, after, now).decision
    plan = replan(new, standing_notices(conn, ticket.ref), now)
    return Forecast(
        ref=ticket.ref,
        key=ticket.key,
        before=decided(ticket, known, before, now).decision,
        after=new,
        told_at_once=Counter(row.channel for row in plan.put if row.send_at <= now and row.step != OVER),
    )
