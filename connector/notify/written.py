"""A message as it is written down: plain text and Markdown from the same lines, with what tickets say made harmless."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from connector.texts.words import one_line

Kind = Literal["info", "success", "warning", "failure"]
"""Apprise's kinds of notification."""

_LONGEST_TITLE = 200
_LONGEST_LINE = 1000
_UNSEEN = "\u200b"
_PINGS = re.compile(r"(?<=@)(?=\S)|(?<=<)(?=\S)|(?<=\[)(?=~)|(?<=:)(?=//)")
_MARKS = re.compile(r"[\\`*_\[\]<>~|#&!$]|^[-+=](?=\s)|^\d+(?=[.)])")
_UNSAFE = re.compile(r"[^!#$%&+,\-./0-9:;=?@A-Za-z~]")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a message is for: the language and the zone of its channel."""

    language: str = "en"
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `title` is plain text of one line, `text` and `markdown` say the same without and with marks."""

    title: str
    text: str
    markdown: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message, and where it leads."""

    text: str
    link: str | None = None


def message(title: str, lines: Sequence[Line], kind: Kind) -> Message:
    """Write a message down."""
    return Message(
        title=harmless(title, _LONGEST_TITLE),
        text="\n".join(_plain(line) for line in lines),
        markdown="\n".join(_marked(line) for line in lines),
        kind=kind,
    )


def harmless(text: str, longest: int) -> str:
    """Make one line of a text, cut it, and break what would call people (`@here`, `<!here>`, `[~lee]`) or be a link."""
    return _PINGS.sub(_UNSEEN, one_line(text, longest))


def _plain(line: Line) -> str:
    said, address = harmless(line.text, _LONGEST_LINE), _address(line.link)
    return f"{said} {address}" if address else said


def _marked(line: Line) -> str:
    said, address = _MARKS.sub(_escaped, harmless(line.text, _LONGEST_LINE)), _address(line.link)
    return f"- [{said}]({address})" if address else f"- {said}"


def _address(link: str | None) -> str | None:
    """Return an address of the web with all that could end a link of Markdown written in hex; None for any other."""
    return _UNSAFE.sub(_quoted, link) if link and link.startswith(("https://", "http://")) else None


def _escaped(found: re.Match[str]) -> str:
    """Escape a mark of Markdown; a number that would open a list loses its dot's meaning instead."""
    return f"{found[0]}{_UNSEEN}" if found[0].isdigit() else f"\\{found[0]}"


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], safe="")
