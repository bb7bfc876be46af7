"""The one line that stands in a ticket's summary field."""

from collections.abc import Mapping

from connector.texts.catalogue import fill, translate
from connector.texts.messages import SUMMARIES, UNMAPPED
from connector.texts.words import duration_words, moment, one_line, target_words, zone_words
from policies.receipt import Fact, Value

LONGEST = 255


def summary(fact: Fact, language: str, timezone: str) -> str:
    """Say a ticket's state in one line of at most 255 characters; instants in the zone given."""
    values = fact.values
    if values.get("state") == "unmapped":
        return one_line(_unmapped(values, language), LONGEST)
    words: dict[str, object] = {
        "vendor": values.get("vendor", ""),
        "plan": translate(str(values.get("plan", "")), language),
        "level": values.get("level", ""),
        "metric": translate(str(values.get("metric", "")), language),
        "target": target_words(str(values.get("written", "")), language),
        "detail": translate(str(values.get("detail", "")), language),
        "left": duration_words(str(values.get("left", "PT0S")), language),
        "late": duration_words(str(values.get("late", "PT0S")), language),
        "timezone": zone_words(timezone),
    }
    for name in ("due_at", "answered_at", "ended_at"):
        if values.get(name):
            words[name] = moment(str(values[name]), timezone)
    words["promised"] = fill(SUMMARIES[_promise_key(values)], language, **words)
    if "due_at" in words:
        words["due"] = fill(SUMMARIES["due"], language, **words)
    return one_line(fill(SUMMARIES[_key(values)], language, **words), LONGEST)


def _promise_key(values: Mapping[str, Value]) -> str:
    if not values.get("written"):
        return "unleveled"
    return "promised.metric" if values.get("metric") else "promised"


def _key(values: Mapping[str, Value]) -> str:
    state, cause = str(values.get("state")), values.get("cause")
    match state:
        case "breached" | "met":
            return _judged_key(state, values)
        case "paused":
            return state
        case "not_filed":
            return str(cause) if cause in SUMMARIES else "start_empty"
        case "no_promise":
            cause = "plan" if cause == "rule" and not values.get("detail") else cause
            return f"no_promise.{cause}" if f"no_promise.{cause}" in SUMMARIES else "no_promise.plan"
        case "closed":
            return f"closed.{cause}" if f"closed.{cause}" in SUMMARIES else "closed"
    return "due"


def _judged_key(state: str, values: Mapping[str, Value]) -> str:
    """Choose by what kept the promise: an answer, the ticket's end, or nothing yet."""
    if values.get("ended_at"):
        return "late.ended" if values.get("late") else "met.ended"
    return "late" if state == "breached" and values.get("answered_at") else state


def _unmapped(values: Mapping[str, Value], language: str) -> str:
    cause, detail = str(values.get("cause")), str(values.get("detail") or "")
    key = f"{cause}.unset" if not detail and f"{cause}.unset" in UNMAPPED else cause
    return fill(UNMAPPED.get(key, UNMAPPED["other"]), language, detail=detail or cause)
