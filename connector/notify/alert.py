"""Trouble of dueby itself as a message, told once and once more when it is over."""

from datetime import datetime
from shlex import quote

from connector.notify import phrases
from connector.notify.written import Line, Message, Reader, message
from connector.store.alerts import Alert
from connector.texts.catalogue import fill
from connector.texts.instants import spoken_moment
from connector.texts.notice_messages import ALERT_ADVICE, ALERT_LINES, ALERTS, TESTS, TITLES
from connector.texts.words import one_line

_LONGEST_DETAIL = 500


def compose_alert(alert: Alert, reader: Reader, *, doubtful: bool = False) -> Message:
    """Compose the message of a trouble, or that it is over."""
    language, over = reader.language, alert.over_at
    trouble = alert.trouble
    words = {"site": trouble.site, "channel": trouble.channel, "kind": trouble.kind.replace("_", " ")}
    what = fill(ALERTS.get(trouble.kind, ALERTS["other"]), language, **words)
    title = fill(ALERT_LINES["title.over" if over else "title"], language, what=what)
    if doubtful:
        title = fill(TITLES["title.repeat"], language, title=title)
    since = spoken_moment(alert.since, reader.timezone, language)
    detail = one_line(trouble.detail, _LONGEST_DETAIL)
    lines = [
        what,
        fill(ALERT_LINES["over"], language, since=since, over=spoken_moment(over, reader.timezone, language))
        if over
        else fill(ALERT_LINES["since"], language, at=since),
        fill(ALERT_LINES["detail"], language, detail=detail) if detail else "",
        "" if over else fill(_advice(trouble.kind), language, **words | {"channel": quote(trouble.channel)}),
        *phrases.noted(reader, over or alert.since, None, doubtful=doubtful),
    ]
    return message(title, [Line(line) for line in lines if line], "success" if over else "failure")


def _advice(kind: str) -> str:
    return ALERT_ADVICE.get(kind, ALERT_ADVICE["other"])


def compose_test(channel: str, reader: Reader, *, now: datetime) -> Message:
    """Compose the message by which a channel is tried."""
    language = reader.language
    lines = [
        fill(TESTS["text"], language, timezone=reader.timezone),
        fill(TESTS["at"], language, at=spoken_moment(now, reader.timezone, language)),
    ]
    return message(fill(TESTS["title"], language, channel=channel), list(map(Line, lines)), "info")
