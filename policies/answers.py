"""Who answered, and when: what counts as the answer under a mapping, and why the rest does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.history import changes_of, entries_into, instant_in, standing
from policies.instants import iso
from policies.mapping_schema import ByComment, ByField, ByStatus, Named
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import Comment, Person, Role, Ticket
from policies.receipt import Fact


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that answers: when, by what event (the name under which a finished cycle remembers it), its fact."""

    at: datetime
    event: str
    fact: Fact


def answers_of(ticket: Ticket, mapping: MappingSpec) -> list[Answer]:
    """Find everything that would answer, from early to late, whatever the start."""
    found = [answer for rule in mapping.answers for answer in _by_rule(ticket, rule)]
    return sorted(found, key=lambda answer: answer.at)


def _by_rule(ticket: Ticket, rule: ByComment | ByField | ByStatus) -> Iterator[Answer]:
    if isinstance(rule, ByComment):
        return _comments(ticket, rule)
    return _field(ticket, rule) if isinstance(rule, ByField) else _status(ticket, rule)


def public_at(comment: Comment) -> datetime:
    """Return when a comment could be read by the other side."""
    return comment.public_since or comment.created_at


def _comments(ticket: Ticket, rule: ByComment) -> Iterator[Answer]:
    for comment in ticket.comments:
        if why_not(ticket, comment, rule) is None:
            at = public_at(comment)
            values = {"at": iso(at), "how": "public_comment", "who": _shown(comment.author), "what": comment.id}
            yield Answer(at, f"comment:{comment.id}", Fact("answer", values))


def _shown(author: Person | None) -> str:
    return author.name or author.id if author else ""


def why_not(ticket: Ticket, comment: Comment, rule: ByComment) -> str | None:
    """Say why a comment is no answer under a rule; None: it is one."""
    author = comment.author
    if not comment.public:
        return "internal"
    if author is None:
        return "no_author"
    if author.role is Role.DUEBY:
        return "dueby"
    if rule.excluded is not None and _named(author, rule.excluded):
        return "excluded"
    if isinstance(rule.public_comment, Named):
        return None if _named(author, rule.public_comment) else "not_named"
    return _why_no_agent(ticket, author)


def _why_no_agent(ticket: Ticket, author: Person) -> str | None:
    if ticket.reporter is not None and author.id == ticket.reporter.id:
        return "reporter"
    return str(author.role) if author.role in {Role.CUSTOMER, Role.APP} else None


def _named(person: Person, named: Named) -> bool:
    domain = (person.email or "").rpartition("@")[2].casefold()
    return person.id in (named.accounts or ()) or domain in {name.casefold() for name in named.domains or ()}


def _field(ticket: Ticket, rule: ByField) -> Iterator[Answer]:
    value = standing(ticket, rule.field)
    if not value:
        return
    instant = instant_in(value)
    fills = [(instant, "value")] if instant else [(at, "filled") for at in _fills(ticket, rule.field)]
    for at, how in fills:
        values = {"at": iso(at), "how": "field", "who": "", "what": rule.field}
        yield Answer(at, f"field:{rule.field}:{how}:{iso(at)}", Fact("answer", values))


def _fills(ticket: Ticket, field: str) -> Iterator[datetime]:
    changes = changes_of(ticket, field)
    if not changes or changes[0].before:
        yield ticket.created_at
    for change in changes:
        if change.after and not change.before:
            yield change.at


def _status(ticket: Ticket, rule: ByStatus) -> Iterator[Answer]:
    names = {name.casefold() for name in rule.status}
    for at, status in entries_into(ticket):
        if any(text.casefold() in names for text in status.spelled):
            values = {"at": iso(at), "how": "status", "who": "", "what": status.spelled[0]}
            yield Answer(at, f"status:{iso(at)}", Fact("answer", values))


def still_stands(ticket: Ticket, event: str) -> bool:
    """Say whether the event that ended a cycle is still to be seen on the ticket, whatever the mapping says now."""
    kind, _, rest = event.partition(":")
    if kind == "comment":
        return any(comment.id == rest and comment.public for comment in ticket.comments)
    if kind == "status":
        return any(iso(at) == rest for at, _ in entries_into(ticket))
    field, _, stood = rest.partition(":")
    how, _, at = stood.partition(":")
    value = standing(ticket, field)
    instant = instant_in(value)
    return bool(value) if how == "filled" else instant is not None and iso(instant) == at


def shows_at(ticket: Ticket, at: datetime) -> bool:
    """Say whether the ticket shows anything that may have answered at that instant, whatever the mapping says now."""
    comments = (public_at(comment) for comment in ticket.comments if comment.public)
    moves = (entered_at for entered_at, _ in entries_into(ticket))
    changes = (change.at for change in ticket.changes)
    values = (instant_in(value) for value in ticket.fields.values())
    return at in {*comments, *moves, *changes, *values}


def not_answers(
    ticket: Ticket, mapping: MappingSpec, start: datetime, now: datetime, since: datetime | None = None
) -> Iterator[Fact]:
    """List each comment that did not count, and why; `since` leaves out what came earlier."""
    rules = [rule for rule in mapping.answers if isinstance(rule, ByComment)]
    for comment in ticket.comments if rules else ():
        at = public_at(comment)
        if since is not None and at < since:
            continue
        reasons = [why_not(ticket, comment, rule) for rule in rules]
        late = "before_start" if at < start else "in_future" if at > now else None
        why = late if None in reasons else reasons[0]
        if why:
            who = _shown(comment.author)
            yield Fact("not_an_answer", {"comment": comment.id, "at": iso(at), "who": who, "why": why})
