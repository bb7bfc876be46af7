"""One sentence for each fact of a receipt."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connector.texts.catalogue import fill, translate
from connector.texts.messages import FACTS, NONE, SOMEONE, WHY_NOT
from connector.texts.summaries import summary
from connector.texts.words import duration_words, moment, one_line, target_words, zone_words
from policies.receipt import Fact, Value


class _Reader(NamedTuple):
    """Whom a sentence is for."""

    language: str
    timezone: str


_INSTANTS = frozenset({"at", "start", "end", "due_at"})
_TRANSLATED = frozenset({"name", "plan", "metric", "title", "text", "strength"})


def render(fact: Fact, language: str, timezone: str) -> str:
    """Say one fact in a sentence; instants in the zone given."""
    if fact.rule == "summary":
        return summary(fact, language, timezone)
    return _sentence(fact.rule, fact.values, _Reader(language, timezone))


def tells_instants(fact: Fact) -> bool:
    """Say whether the fact's sentence depends on the reader's time zone."""
    return not _INSTANTS.isdisjoint(fact.values)


def _sentence(rule: str, values: Mapping[str, Value], reader: _Reader) -> str:
    words = _words(values, reader)
    if extra := _EXTRA.get(rule):
        words |= extra(values, reader)
    sentence = FACTS.get(_key(rule, values))
    if sentence is None:
        return one_line(f"{rule}: " + ", ".join(f"{name} {value}" for name, value in words.items()))
    return one_line(fill(sentence, reader.language, **words))


def _key(rule: str, values: Mapping[str, Value]) -> str:
    choose = _KEYS.get(rule)
    key = f"{rule}{choose(values)}" if choose else rule
    return key if key in FACTS else rule


def _words(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    words: dict[str, object] = {"detail": "", "warning": ""}
    for name, value in values.items():
        if value is None or value == "":
            words[name] = translate(NONE, reader.language)
        elif name in _INSTANTS and isinstance(value, str):
            words[name] = moment(value, reader.timezone)
        elif name in _TRANSLATED and isinstance(value, str):
            words[name] = translate(value, reader.language)
        else:
            words[name] = ", ".join(value) if isinstance(value, tuple) else value
    return words


def _reading_key(values: Mapping[str, Value]) -> str:
    if values.get("chosen"):
        return ".chosen" if values.get("due_at") else ".chosen_none"
    return "" if values.get("due_at") else ".none"


def _calendar_key(values: Mapping[str, Value]) -> str:
    if not values.get("timezone"):
        return ".always"
    return ".region" if values.get("region") else ""


_KEYS: Mapping[str, Callable[[Mapping[str, Value]], str]] = {
    **dict.fromkeys(("plan", "start", "level", "answer"), lambda values: f".{values.get('how')}"),
    "warning": lambda values: f".{values.get('warning')}",
    "target": lambda values: ".open" if str(values.get("written")).endswith("bd") else "",
    "no_promise": lambda values: ".rule" if values.get("rule") else ".plan",
    "ended": lambda values: ".fulfilled" if values.get("how") == "fulfilled" else "",
    "pause": lambda values: "" if values.get("end") else ".open",
    "calendar": _calendar_key,
    "reading": _reading_key,
}


def _level(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    name = values.get("name")
    return {"level": f"{values.get('level')} ({translate(str(name), reader.language)})"} if name else {}


def _target(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    return {"target": target_words(str(values.get("written")), reader.language), **_open(values, reader)}


def _open(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    return {"open": duration_words(str(values.get("open")), reader.language)}


def _calendar(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    holidays = values.get("holidays")
    none = translate(NONE, reader.language)
    return {"timezone": zone_words(str(values.get("timezone"))), "holidays": none if holidays == "none" else holidays}


def _zone(_: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    return {"timezone": zone_words(reader.timezone)}


def _reading(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    due_at = values.get("due_at")
    return {"name": values.get("name"), "at": moment(str(due_at), reader.timezone) if due_at else ""}


def _answer(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    return {"who": values.get("who") or translate(SOMEONE, reader.language)}


def _not_an_answer(values: Mapping[str, Value], reader: _Reader) -> dict[str, object]:
    why = str(values.get("why"))
    return {**_answer(values, reader), "why": translate(WHY_NOT.get(why, why), reader.language)}


_EXTRA: Mapping[str, Callable[[Mapping[str, Value], _Reader], dict[str, object]]] = {
    "mapping": lambda values, _: {"name": values.get("name")},
    "level": _level,
    "target": _target,
    "calendar": _calendar,
    "counted": _open,
    "pause": _open,
    "start": _zone,
    "due": _zone,
    "reading": _reading,
    "answer": _answer,
    "not_an_answer": _not_an_answer,
}
