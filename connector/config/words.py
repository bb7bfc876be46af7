"""The kinds of text that dueby.yaml is made of; each refuses in a sentence that never shows the text itself."""

import re
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_FLAGS = {"true": True, "false": False}
LAST_PORT = 65535


def refusal(problem: str, expected: str) -> PydanticCustomError:
    """Make the error that a validator raises: what is wrong and what was expected, without the value."""
    return PydanticCustomError("refused", "{problem}, expected {expected}", {"problem": problem, "expected": expected})


def is_loopback(host: str) -> bool:
    """Say whether a host's name or address is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise refusal("is no URL", "an address such as https://acme.example") from None
    if re.search(r"[\s\x00-\x1f\x7f\\]", text) or not host or parts.scheme not in {"http", "https"}:
        raise refusal("is no URL", "an address such as https://acme.example")
    if parts.username is not None or parts.password is not None:
        raise refusal("holds a user or password", "them under auth, not in the URL")
    if parts.query or parts.fragment:
        raise refusal("holds a query or fragment", "the address alone")
    if parts.scheme == "http" and not is_loopback(host):
        raise refusal("is http:// to another machine", "https:// (http:// is for loopback hosts only)")
    return text.rstrip("/")


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (LookupError, ValueError, OSError):
        raise refusal(f"{text!r} is no time zone", "a name such as Europe/Paris") from None


def _secrets(value: Any) -> Any:
    several = value if isinstance(value, list) else [value]
    if not several or not all(isinstance(secret, str) and secret for secret in several):
        raise refusal("is no secret", "a text that is not empty, or a list of them")
    return tuple(several)


def _flag(value: Any) -> Any:
    return _FLAGS.get(value, value) if isinstance(value, str) else value


def _positive(value: Any) -> Any:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise refusal("is no positive whole number", "1 or more")
    return number


def _jira_field(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"customfield_[1-9][0-9]{0,17}", value):
        raise refusal("is no id of a Jira custom field", "customfield_ and a number")
    return value


def _zendesk_field(value: Any) -> Any:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[1-9][0-9]{0,18}", text):
        raise refusal("is no id of a Zendesk ticket field", "a number")
    return text


Text = Annotated[str, Field(strict=True, min_length=1)]
Secrets = Annotated[tuple[str, ...], BeforeValidator(_secrets)]
Url = Annotated[Text, AfterValidator(_url)]
Zone = Annotated[Text, AfterValidator(_zone)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
Positive = Annotated[int, BeforeValidator(_positive)]
JiraField = Annotated[str, BeforeValidator(_jira_field)]
ZendeskField = Annotated[str, BeforeValidator(_zendesk_field)]
