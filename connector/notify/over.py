"""The stand-down: whoever was told of a cycle hears once how it came to its end."""

from collections.abc import Iterator
from datetime import datetime

from connector.notify import phrases
from connector.notify.subjects import Subject
from connector.notify.written import Reader
from connector.texts import render
from connector.texts.catalogue import fill
from connector.texts.instants import late_words, spoken_moment
from connector.texts.notice_messages import LINES, OVER, TITLES
from policies.instants import iso
from policies.model import State
from policies.notices import Notice
from policies.receipt import Fact

_STATES = {State.UNMAPPED: "unmapped", State.NOT_FILED: "not_filed", State.NO_PROMISE: "no_promise"}


def what_is_over(subject: Subject, notice: Notice, reader: Reader) -> str:
    """Say in a few words how it ended: answered in time or late, closed, paused, or due at another time."""
    language, key = reader.language, _how(subject)
    late = subject.ended_at - _due_at(subject, notice) if subject.ended_at else None
    moved_to = spoken_moment(subject.due_at, reader.timezone, language) if subject.due_at else ""
    how = fill(
        OVER[key],
        language,
        metric=phrases.metric(subject, reader),
        late=late_words(late, language) if late and key.endswith("_late") else "",
        due_at=moved_to,
    )
    return fill(TITLES["over"], language, how=how)


def over_lines(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> Iterator[str]:
    """Say who answered when, or how else it ended, and the due time that was told."""
    how = what_is_over(subject, notice, reader)
    yield phrases.capital(how)
    end = subject.fact("answer") or _ended(subject)
    if end and subject.ended_at:
        yield render(end, reader.language, reader.timezone)
    elif subject.summary and not (subject.ended_at or subject.running or subject.gone):
        yield fill(LINES["now"], reader.language, summary=subject.summary)
    yield phrases.due_line(subject, notice, reader, now)


def _how(subject: Subject) -> str:
    if subject.ended_at is not None:
        ended = subject.fact("ended")
        kept = "solved" if ended and ended.values.get("how") == "fulfilled" else "answered"
        if subject.fact("answer") is None and kept != "solved":
            return "closed"
        return f"{kept}_late" if subject.state is State.BREACHED else kept
    if subject.gone:
        return "deleted"
    if subject.running:
        return "moved"
    return "paused" if subject.state is State.PAUSED else _STATES.get(subject.state, "other")


def _due_at(subject: Subject, notice: Notice) -> datetime:
    return subject.due_at or notice.due_at


def _ended(subject: Subject) -> Fact | None:
    return subject.fact("ended") or (Fact("ended", {"at": iso(subject.ended_at)}) if subject.ended_at else None)
