"""The parts that every notice is made of: vendor and plan, due time, what is happening, which step said so."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from connector.notify.subjects import Subject
from connector.notify.written import Reader
from connector.texts.catalogue import fill, translate
from connector.texts.instants import late_words, left_words, spoken_moment, spoken_time
from connector.texts.notice_messages import LINES, STEPS, TITLES
from connector.texts.words import target_words
from policies.notices import OVER, Notice

_SHARE = re.compile(r"\d+%")
_SPAN = re.compile(r"(before|after) (\d+[a-z]+)")
_SHOWN_AS_LATE_SECONDS = 60


def promised(subject: Subject, reader: Reader) -> str:
    """Name vendor, plan and level; empty where they are not known."""
    if not subject.vendor or not subject.plan or subject.level is None:
        return ""
    plan = translate(subject.plan, reader.language)
    return fill(TITLES["promised"], reader.language, vendor=subject.vendor, plan=plan, level=subject.level)


def metric(subject: Subject, reader: Reader) -> str:
    """Name the metric as people do."""
    return translate(subject.metric, reader.language)


def capital(text: str) -> str:
    """Begin a line with a capital letter."""
    return text[:1].upper() + text[1:]


def what_is_due(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> str:
    """Say in a few words what is due when, or how late it is, and which reminder says so."""
    again = ".again" if notice.repetition else ""
    words = {"metric": metric(subject, reader), **repetition(subject, notice)}
    if now < notice.due_at:
        left = left_words(notice.due_at - now, reader.language)
        return fill(TITLES[f"due{again}"], reader.language, left=left, **words)
    late = now - notice.due_at
    if not again and late.total_seconds() < _SHOWN_AS_LATE_SECONDS:
        return fill(TITLES["breached"], reader.language, **words)
    return fill(TITLES[f"late{again}"], reader.language, late=late_words(late, reader.language), **words)


def repetition(subject: Subject, notice: Notice) -> dict[str, object]:
    """Return which reminder it is, and how many are planned."""
    planned = subject.last_repetitions.get((notice.due_at, notice.step, notice.channel), 0)
    return {"number": notice.repetition, "times": max(planned, notice.repetition)}


def due_line(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> str:
    """Say when it is or was due, in the reader's zone and in the customer's where the hour there is another."""
    key = "due" if now < notice.due_at and notice.step != OVER else "was_due"
    at = spoken_moment(notice.due_at, reader.timezone, reader.language)
    due = fill(LINES[key], reader.language, metric=capital(metric(subject, reader)), due_at=at)
    theirs = subject.customer_timezone
    there = spoken_moment(notice.due_at, theirs, reader.language) if theirs else at
    if not theirs or there.removesuffix(theirs) == at.removesuffix(reader.timezone):
        return due
    return fill(LINES["due.customer"], reader.language, due=due, due_at=there)


def step_line(subject: Subject, notice: Notice, reader: Reader) -> str:
    """Name the step by its own words, and say them in the reader's."""
    key = "step.again" if notice.repetition and notice.step != OVER else "step"
    when = step_words(notice.step, reader.language)
    return fill(LINES[key], reader.language, step=notice.step, when=when, **repetition(subject, notice))


def step_words(step: str, language: str) -> str:
    """Say when a step is: `before 15m` is `15 min of business time before it is due`."""
    span = _SPAN.fullmatch(step)
    if span:
        return fill(STEPS[span[1]], language, span=target_words(span[2], language))
    if _SHARE.fullmatch(step):
        return fill(STEPS["share"], language, share=step[:-1])
    return translate(STEPS[step], language) if step in STEPS else step


def noted(reader: Reader, now: datetime, as_of: datetime | None, *, doubtful: bool) -> list[str]:
    """Say as of when the state is known where it could not be looked up, and that this may be a repeat."""
    stale = [fill(LINES["as_of"], reader.language, at=recent_moment(as_of, now, reader))] if as_of else []
    return stale + ([translate(LINES["doubtful"], reader.language)] if doubtful else [])


def recent_moment(at: datetime, now: datetime, reader: Reader) -> str:
    """Say an instant of today by its hour alone."""
    zone = ZoneInfo(reader.timezone)
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return spoken_time(at, reader.timezone)
    return spoken_moment(at, reader.timezone, reader.language)
