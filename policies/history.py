"""What stood in a ticket at an instant, read off its changes."""

from collections.abc import Iterator
from datetime import UTC, datetime

from policies.model import Change, FieldValue, Status, Ticket

PRIORITY = "priority"
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def changes_of(ticket: Ticket, field: str) -> tuple[Change, ...]:
    """Return the changes of one field, from old to new."""
    return tuple(change for change in ticket.changes if change.field == field)


def standing(ticket: Ticket, field: str) -> FieldValue:
    """Return what the field holds now."""
    if field == PRIORITY:
        return (ticket.priority,) if ticket.priority else ()
    return ticket.fields.get(field, ())


def value_at(ticket: Ticket, field: str, at: datetime) -> FieldValue:
    """Return what the field held at an instant; a change at that very instant counts as made."""
    later = (change.before for change in changes_of(ticket, field) if change.at > at)
    return next(later, standing(ticket, field))


def instant_in(value: FieldValue) -> datetime | None:
    """Read a date-time field: ISO 8601 with an offset, between 1970 and 2100; anything else is None."""
    text = value[0][0] if value and value[0] else ""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None or not _EARLIEST <= instant < _LATEST:
            return None
    except (ValueError, OverflowError):
        return None
    return instant.astimezone(UTC)


def entries_into(ticket: Ticket) -> Iterator[tuple[datetime, Status]]:
    """Yield each status with the instant at which the ticket entered it, from old to new."""
    first = ticket.status_changes[0].before if ticket.status_changes else ticket.status
    yield ticket.created_at, first
    for change in ticket.status_changes:
        yield change.at, change.after


def ended_at(ticket: Ticket) -> datetime | None:
    """Return since when the ticket is ended without a break; None while it is open."""
    if not (ticket.status.ended or ticket.merged):
        return ticket.gone_at
    since: datetime | None = None
    for at, status in entries_into(ticket):
        since = (since or at) if status.ended or _is_present_end(ticket, status) else None
    return since or ticket.updated_at  # merged, or ended by a change that the history does not tell


def _is_present_end(ticket: Ticket, status: Status) -> bool:
    """Say that the ticket stands ended in this status: what the history's statuses mean may be known a little late."""
    return ticket.status.ended and not set(status.spelled).isdisjoint(ticket.status.spelled)
