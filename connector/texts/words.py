"""Durations, targets, instants and zones as people read them."""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from connector.texts.catalogue import catalogue

COUNTED = {
    "m": ("{n} min", "{n} min"),
    "h": ("{n} h", "{n} h"),
    "bh": ("{n} business hour", "{n} business hours"),
    "d": ("{n} day", "{n} days"),
    "bd": ("{n} business day", "{n} business days"),
}
UNDER_A_SECOND = "less than a second"
_WRITTEN = re.compile(r"(\d+)([a-z]+)")
_ISO = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def target_words(written: str, language: str) -> str:
    """Turn a target as written (`3bh`) into words (`3 business hours`)."""
    match = _WRITTEN.fullmatch(written)
    if not match or match.group(2) not in COUNTED:
        return written
    count = int(match.group(1))
    one, many = COUNTED[match.group(2)]
    return catalogue(language).ngettext(one, many, count).format(n=count)


def duration_words(iso: str, language: str) -> str:
    """Turn an ISO duration into words: `1 h 30 min`; seconds only below a minute."""
    match = _ISO.fullmatch(iso)
    if not match:
        return iso
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if not total:
        return catalogue(language).gettext(UNDER_A_SECOND) if "." in iso else "0 min"
    if total < 60:  # noqa: PLR2004  # a minute
        return f"{total} s"
    hours, minutes = divmod(total // 60, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


@lru_cache(maxsize=8192)
def moment(iso: str, timezone: str) -> str:
    """Turn an instant into date and HH:MM in a zone."""
    return str(datetime.fromisoformat(iso).astimezone(ZoneInfo(timezone)))[:16]


def zone_words(timezone: str) -> str:
    """Name a zone; the database's fixed offsets carry the sign that people do not expect."""
    name = timezone.removeprefix("Etc/GMT")
    return f"UTC{name.translate(str.maketrans('+-', '-+'))}" if name != timezone and name else timezone


def one_line(text: str, longest: int | None = None) -> str:
    """Take control characters and line ends out of a text, and cut it."""
    plain = text if text.isprintable() else "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in text)
    plain = re.sub(" {2,}", " ", plain).strip() if "  " in plain else plain.strip()
    return plain if longest is None or len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"
