"""The words that stories are told in: each gives one step, to be taken at a desk."""

from collections.abc import Callable, Sequence
from typing import Any

from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from policies.model import State
from tests.scenarios.desk import DAY, Desk, instant

Step = Callable[[Desk], object]


def files(
    at: str, *, by: str = "carol", reporter: str | None = None, priority: str | None = "urgent", **fields: Any
) -> Step:
    """File a ticket."""

    def act(desk: Desk) -> None:
        told: dict[str, Any] = {"by": by, "at": instant(at), "fields": desk.native({"priority": priority, **fields})}
        if isinstance(desk.box, ZendeskSandbox):
            desk.ticket = desk.box.create(requester=reporter, **told)
        else:
            desk.ticket = desk.box.create(reporter=reporter, **told)

    return act


def sets(at: str, *, by: str = "alice", **fields: Any) -> Step:
    """Change fields, the status among them, in one save."""
    return lambda desk: desk.box.change(desk.ticket, fields=desk.native(fields), by=by, at=instant(at))


def comments(at: str, by: str = "vendor", *, public: bool = True, name: str = "it") -> Step:
    """Comment on the ticket."""

    def act(desk: Desk) -> None:
        desk.comments[name] = desk.box.comment(desk.ticket, by=by, public=public, at=instant(at))

    return act


def edits(at: str, *, text: str | None = None, public: bool | None = None, name: str = "it") -> Step:
    """Edit a comment: another text, or made public or internal."""
    return lambda desk: desk.box.edit_comment(
        desk.ticket, desk.comments[name], text=text, public=public, at=instant(at)
    )


def deletes_comment(at: str, name: str = "it") -> Step:
    """Delete a comment."""
    return lambda desk: desk.jira().delete_comment(desk.ticket, desk.comments[name], at=instant(at))


def deletes(at: str) -> Step:
    """Delete the ticket."""
    return lambda desk: desk.box.delete(desk.ticket, at=instant(at))


def applies(at: str, changed: str = "", rest: str = "") -> Step:
    """Apply the base mapping with other keys changed."""
    return lambda desk: desk.apply(at, changed, rest)


def does(act: Callable[[Desk], object]) -> Step:
    """Do something that only this story does."""
    return act


def looks(at: str, state: str, due: str | None = None, summary: str | None = None) -> Step:
    """Sync, and find these values in the ticket's fields; a second sync writes nothing more."""

    def act(desk: Desk) -> None:
        desk.sync(at)
        assert desk.failure() is None
        assert desk.shown() == {
            "due_at": _spelled(due) + desk.flavour.after_due if due else None,
            "due_on": _spelled(due)[:10] if due else None,
            "state": desk.flavour.before_state + state,
            "summary": desk.told(summary) if summary else desk.shown()["summary"],
        }
        _rests(desk, at)

    return act


def looks_untouched(at: str, reason: str) -> Step:
    """Sync, and find that nothing at all was ever written, for this reason."""

    def act(desk: Desk) -> None:
        desk.sync(at)
        assert desk.failure() is None
        assert desk.shown() == {"due_at": None, "due_on": None, "state": None, "summary": None}
        assert (desk.writes(), desk.memory().state, desk.memory().reason) == (0, State.UNMAPPED, reason)

    return act


def looks_gone(at: str, state: State) -> Step:
    """Sync a ticket that is not there any more: no failure, no write, and its cycle has ended in SQL."""

    def act(desk: Desk) -> None:
        written = desk.writes()
        desk.sync(at)
        assert (desk.failure(), desk.writes()) == (None, written)
        assert (desk.memory().state, desk.memory().gone_at) == (state, instant(at))

    return act


def plays(desk: Desk, steps: Sequence[Step]) -> None:
    """Take the steps of a story in order."""
    for step in steps:
        step(desk)


def _rests(desk: Desk, at: str) -> None:
    written = desk.writes()
    desk.sync(at)
    assert desk.failure() is None
    assert desk.writes() == written


def _spelled(due: str) -> str:
    day, time = due.split(" ") if " " in due else (DAY, due)
    return f"{day}T{time}" if time.count(":") > 1 else f"{day}T{time}:00"
