"""One notice as a message: which ticket, what is due when and why, who holds it, and what to tell the vendor."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from connector.notify import phrases
from connector.notify.over import over_lines, what_is_over
from connector.notify.subjects import Subject
from connector.notify.written import Kind, Line, Message, Reader, message
from connector.texts import render
from connector.texts.catalogue import fill, translate
from connector.texts.instants import late_words, left_words, spoken_moment
from connector.texts.notice_messages import LINES, TITLES
from connector.texts.words import one_line, target_words
from policies.notices import OVER, Notice
from policies.receipt import Fact

__all__ = ["Message", "Reader", "compose"]

LONGEST_TITLE, _LONGEST_NAME = 140, 80
_REASONS = ("start", "target", "calendar")


def compose(  # noqa: PLR0913  # what a notice says depends on all of them
    subject: Subject,
    notice: Notice,
    reader: Reader,
    *,
    now: datetime,
    as_of: bool = False,
    doubtful: bool = False,
    public_url: str | None = None,
) -> Message:
    """Compose the message of one notice. `as_of`: its ticket could not be looked at again before it went out."""
    over = notice.step == OVER
    what = what_is_over(subject, notice, reader) if over else phrases.what_is_due(subject, notice, reader, now)
    since = (subject.synced_at or now) if as_of else None
    told = over_lines(subject, notice, reader, now) if over else _due_lines(subject, notice, reader, now)
    lines = [
        ticket_line(subject),
        Line(phrases.promised(subject, reader)),
        *map(Line, told),
        *_receipt(subject, reader, public_url),
        Line(phrases.step_line(subject, notice, reader)),
        *map(Line, phrases.noted(reader, now, since, doubtful=doubtful)),
    ]
    title = titled(subject, what, reader)
    if doubtful:
        title = fill(TITLES["title.repeat"], reader.language, title=title)
    return message(title, [line for line in lines if line.text], kind_of(notice, now))


def kind_of(notice: Notice, now: datetime) -> Kind:
    """Say how much a notice matters: over, still to come, or late."""
    if notice.step == OVER:
        return "success"
    return "warning" if now < notice.due_at else "failure"


def titled(subject: Subject, what: str, reader: Reader) -> str:
    """Put the ticket's key before what is happening, and the promise behind it."""
    words = {"key": one_line(subject.key, _LONGEST_NAME), "what": what, "promised": phrases.promised(subject, reader)}
    return fill(TITLES["title" if words["promised"] else "title.bare"], reader.language, **words)


def ticket_line(subject: Subject) -> Line:
    """Name the ticket and lead to it."""
    return Line(f"{one_line(subject.key, _LONGEST_NAME)} {one_line(subject.title, LONGEST_TITLE)}".strip(), subject.url)


def _due_lines(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> Iterator[str]:
    language = reader.language
    yield phrases.due_line(subject, notice, reader, now)
    if now < notice.due_at:
        yield fill(LINES["left"], language, left=left_words(notice.due_at - now, language))
    else:
        yield phrases.capital(fill(LINES["late"], language, late=late_words(now - notice.due_at, language)))
    yield _held(subject, language)
    yield from (_with_clause(fact, reader) for fact in subject.receipt if fact.rule == "duty")
    yield _why(subject, reader)
    if subject.owed_by == "vendor":
        yield _to_vendor(subject, notice, reader, now)


def _held(subject: Subject, language: str) -> str:
    who = one_line(subject.assignee or "", _LONGEST_NAME)
    return fill(LINES["held"], language, who=who) if who else translate(LINES["held.nobody"], language)


def _why(subject: Subject, reader: Reader) -> str:
    """Give the receipt's reason in one line: start, target and calendar, each clause named once where it changes."""
    facts = [fact for rule in _REASONS if (fact := subject.fact(rule))]
    told = [
        render(fact, reader.language, reader.timezone)
        if position + 1 < len(facts) and _clause(facts[position + 1]) == _clause(fact)
        else _with_clause(fact, reader)
        for position, fact in enumerate(facts)
    ]
    return fill(LINES["why"], reader.language, reasons=" ".join(told)) if told else ""


def _with_clause(fact: Fact, reader: Reader) -> str:
    return render(fact, reader.language, reader.timezone) + _clause(fact)


def _clause(fact: Fact) -> str:
    return f" [{fact.source.document}, {fact.source.section}]" if fact.source else ""


def _to_vendor(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> str:
    """Write the sentence that can be sent to the vendor; empty where the promise is not known."""
    target = subject.fact("target")
    if target is None or target.source is None or not subject.vendor or not subject.policy:
        return ""
    language = reader.language
    sentence = fill(
        LINES["to_vendor.before" if now < notice.due_at else "to_vendor.after"],
        language,
        key=one_line(subject.key, _LONGEST_NAME),
        metric=phrases.metric(subject, reader),
        due_at=spoken_moment(notice.due_at, reader.timezone, language),
        policy=translate(subject.policy, language),
        section=target.source.section,
        target=target_words(str(target.values.get("written")), language),
        level=subject.level,
        plan=translate(subject.plan or "", language),
    )
    return fill(LINES["to_vendor"], language, vendor=subject.vendor, sentence=sentence)


def _receipt(subject: Subject, reader: Reader, public_url: str | None) -> list[Line]:
    if not public_url:
        return []
    page = f"{public_url.rstrip('/')}/tickets/{quote(subject.site, safe='')}/{quote(subject.ticket, safe='')}"
    return [Line(translate(LINES["receipt"], reader.language), page)]
