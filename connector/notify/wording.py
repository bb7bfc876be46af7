"""The message of what goes out together, read from SQL: a notice, a digest or an alert, and what it tells programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from connector.notify.alert import compose_alert
from connector.notify.digest import compose_digest
from connector.notify.message import compose
from connector.notify.subjects import Subject, subject_of
from connector.notify.written import Message, Reader
from connector.store.alerts import METRIC, Alert, Trouble, find_alert
from connector.store.due_notices import Waiting
from policies.instants import iso
from policies.model import State
from policies.notices import OVER
from policies.schema import Policy


@dataclass(frozen=True, slots=True)
class Writing:
    """What messages are written with."""

    reader: Reader
    policies: Mapping[str, Policy]
    public_url: str | None


@dataclass(frozen=True, slots=True)
class Worded:
    """A message, and what each of its notices is about, for programs."""

    message: Message
    named: tuple[Mapping[str, Any], ...]


def word(conn: Connection, rows: Sequence[Waiting], writing: Writing, now: datetime) -> Worded:
    """Compose the message of rows that go out together."""
    first = rows[0]
    if first.notice.metric == METRIC:
        message = compose_alert(_alert(conn, first), writing.reader, doubtful=first.doubtful)
        return Worded(message, (_named(first, first.ref.id),))
    subjects = [_subject(conn, row, writing.policies) for row in rows]
    named = tuple(_named(row, subject.key) for row, subject in zip(rows, subjects, strict=True))
    if len(rows) == 1:
        message = compose(
            subjects[0],
            first.notice,
            writing.reader,
            now=now,
            as_of=first.as_of,
            doubtful=first.doubtful,
            public_url=writing.public_url,
        )
        return Worded(message, named)
    items = [(subject, row.notice) for row, subject in zip(rows, subjects, strict=True)]
    stale = [subject.synced_at or now for row, subject in zip(rows, subjects, strict=True) if row.as_of]
    message = compose_digest(
        items,
        writing.reader,
        now=now,
        as_of=min(stale, default=None),
        doubtful=any(row.doubtful for row in rows),
    )
    return Worded(message, named)


def _subject(conn: Connection, row: Waiting, policies: Mapping[str, Policy]) -> Subject:
    """Read what a notice is about; where nothing is known of its ticket, its id alone: better than silence."""
    notice, ref = row.notice, row.ref
    bare = Subject(
        site=ref.site,
        ticket=ref.id,
        key=ref.id,
        title="",
        url="",
        metric=notice.metric.replace("_", " "),
        state=State.RUNNING,
        running=True,
    )
    return subject_of(conn, ref, notice.metric, notice.start_at, policies) or bare


def _alert(conn: Connection, row: Waiting) -> Alert:
    """Read a trouble; one whose row is gone is known by its name."""
    notice, name = row.notice, row.ref.id
    known = find_alert(conn, name)
    trouble = known.trouble if known else Trouble(kind=name.partition(":")[0], site=row.ref.site)
    ended_at = (known.over_at if known else None) or notice.send_at
    return Alert(trouble, notice.start_at, ended_at if notice.step == OVER else None)


def _named(row: Waiting, key: str) -> Mapping[str, Any]:
    notice = row.notice
    return {
        "site": row.ref.site,
        "ticket": row.ref.id,
        "key": key,
        "metric": notice.metric,
        "step": notice.step,
        "repetition": notice.repetition,
        "due_at": iso(notice.due_at),
        "as_of": row.as_of,
        "doubtful": row.doubtful,
    }
