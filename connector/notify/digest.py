"""Many notices as one message that names every ticket, with what is due when."""

from collections.abc import Sequence
from datetime import datetime

from connector.notify import phrases
from connector.notify.message import LONGEST_TITLE, kind_of
from connector.notify.over import what_is_over
from connector.notify.subjects import Subject
from connector.notify.written import Kind, Line, Message, Reader, message
from connector.texts.catalogue import fill, translate
from connector.texts.instants import spoken_moment
from connector.texts.notice_messages import DIGESTS, TITLES
from connector.texts.words import one_line
from policies.notices import OVER, Notice

Item = tuple[Subject, Notice]
_URGENCY: tuple[Kind, ...] = ("failure", "warning", "success")


def compose_digest(
    items: Sequence[Item],
    reader: Reader,
    *,
    now: datetime,
    as_of: datetime | None = None,
    doubtful: bool = False,
) -> Message:
    """Compose one message of many notices: late ones first, then by due time, then what is over.

    `as_of`: the oldest state that is told, where some tickets could not be looked at again.
    """
    ranked = sorted(items, key=lambda item: (_URGENCY.index(kind_of(item[1], now)), item[1].due_at, item[0].key))
    kinds = [kind_of(notice, now) for _, notice in ranked]
    late, due, over = (kinds.count(kind) for kind in _URGENCY)
    title = fill(DIGESTS["title"], reader.language, count=len(ranked), late=late, due=due, over=over)
    if doubtful:
        title = fill(TITLES["title.repeat"], reader.language, title=title)
    lines = [
        Line(translate(DIGESTS["intro"], reader.language)),
        *(_line(subject, notice, reader, now) for subject, notice in ranked),
        *map(Line, phrases.noted(reader, now, as_of, doubtful=doubtful)),
    ]
    return message(title, lines, next((kind for kind in _URGENCY if kind in kinds), "info"))


def _line(subject: Subject, notice: Notice, reader: Reader, now: datetime) -> Line:
    over = notice.step == OVER
    what = what_is_over(subject, notice, reader) if over else phrases.what_is_due(subject, notice, reader, now)
    promised = phrases.promised(subject, reader)
    told = fill(
        DIGESTS["line" if promised else "line.bare"],
        reader.language,
        key=one_line(subject.key, LONGEST_TITLE),
        what=what,
        promised=promised,
        due_at=spoken_moment(notice.due_at, reader.timezone, reader.language),
        step=notice.step,
        title=one_line(subject.title, LONGEST_TITLE),
    )
    return Line(told, subject.url)
