"""A webhook's raw body into a JSON object, or a sentence saying why not; hostile bodies cost little.

Of a key that stands twice the last counts: only the ticket's name is taken from a body, and the body is signed.
"""

import json
from functools import cache
from typing import Any, NoReturn

DEEPEST = 64


class PayloadError(Exception):
    """The body is no JSON object that can be read; the text is the sentence."""


def read_payload(body: bytes) -> dict[str, Any]:
    """Parse a body. Raise PayloadError for anything but an object of UTF-8 JSON nesting at most `DEEPEST` deep."""
    try:
        payload = _decoder().decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise PayloadError("The body is no UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise PayloadError(f"The body is no JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise PayloadError("The body nests too deep.") from None
    except ValueError:
        raise PayloadError("The body holds a number that is too long to be one.") from None
    if not isinstance(payload, dict):
        raise PayloadError("The body is JSON but no object.")
    if _openings(body) > DEEPEST and _too_deep(payload):
        raise PayloadError("The body nests too deep.")
    return payload


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse)


def _openings(body: bytes) -> int:
    """Count what could open a level, those inside texts too: most bodies hold so few that none can be too deep."""
    return body.count(b"{") + body.count(b"[")


def _refuse(word: str) -> NoReturn:
    raise PayloadError(f"The body is no JSON: {word} is no number.")


def _too_deep(payload: dict[str, Any]) -> bool:
    level: list[Any] = [payload]
    for _ in range(DEEPEST):
        below = (part for node in level for part in (node.values() if node.__class__ is dict else node))
        level = [part for part in below if part.__class__ is dict or part.__class__ is list]
        if not level:
            return False
    return True
