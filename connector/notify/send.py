"""Send one message to one channel through Apprise, and say what came of it."""

import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from connector.notify.apprised import ChannelError, open_service, schema_of, wants_marks
from connector.notify.bounded import HangsError, StillHangsError, bounded
from connector.notify.incidents import carry, resolved
from connector.notify.written import Message
from policies.escalation_schema import Channel

if TYPE_CHECKING:  # importing it takes a while: only those who send do
    from apprise import NotifyBase

GIVES_UP = 20.0
"""Seconds after which a send that hangs is given up."""

_STATUS = re.compile(r"error=(\d{3})")
_MOVED_ON, _LIMITED = re.compile(r"3..|401|403|404|410"), re.compile(r"429|5..")
_JSON = ("json", "jsons")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a send. `why` tells a person; `doubtful`: it may have been received all the same.

    `final`: another attempt helps only after somebody has put something right. `wait`: somebody asked for one.
    `counts` False: it was no attempt, for nothing could be sent now.
    """

    sent: bool
    why: str = ""
    doubtful: bool = False
    final: bool = False
    wait: timedelta | None = None
    counts: bool = True


def send(  # noqa: PLR0913  # a message, and what goes with it
    channel: Channel,
    message: Message,
    key: str,
    named: Sequence[Mapping[str, Any]] = (),
    *,
    environ: Mapping[str, str] = os.environ,
    gives_up: float = GIVES_UP,
) -> Outcome:
    """Send a message. `key` names its incident where the service has such; `named` says for programs what it tells."""

    def sending() -> Outcome:
        service: Any = open_service(channel, environ)
        carry(service, key)
        if schema_of(service) in _JSON:
            service.payload_extras["dueby"] = {"notices": list(named)}
        return _sent(channel, service, message)

    return _bounded(channel, gives_up, sending)


def resolve(
    channel: Channel, keys: Iterable[str], *, environ: Mapping[str, str] = os.environ, gives_up: float = GIVES_UP
) -> Outcome:
    """Resolve the incidents of keys, on a service that has such."""

    def resolving() -> Outcome:
        refused = [key for key in keys if not resolved(open_service(channel, environ), key)]
        why = f"Channel {channel.name!r} did not take that {len(refused)} of its incidents are over."
        return Outcome(sent=False, why=why) if refused else Outcome(sent=True)

    return _bounded(channel, gives_up, resolving)


def _bounded(channel: Channel, gives_up: float, does: Callable[[], Outcome]) -> Outcome:
    try:
        return bounded(channel.name, gives_up, does)
    except HangsError:
        why = f"Channel {channel.name!r} did not come to an end within {gives_up:.0f} s; it may have been received."
        return Outcome(sent=False, why=why, doubtful=True)
    except StillHangsError:
        return Outcome(sent=False, why=f"Channel {channel.name!r} still hangs on earlier notices; nothing was sent.")
    except ChannelError as error:
        return Outcome(sent=False, why=str(error))


def _sent(channel: Channel, service: "NotifyBase", message: Message) -> Outcome:
    from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415  # slow to import

    sender = Apprise()
    sender.add(service)
    marks = wants_marks(service)
    result = sender.notify(
        body=message.markdown if marks else message.text,
        title=message.title,
        notify_type=NotifyType(message.kind),
        body_format=NotifyFormat.MARKDOWN if marks else NotifyFormat.TEXT,
        log_level=logging.DEBUG,
    )
    return Outcome(sent=True) if result else _failed(channel, " ".join(entry.message for entry in result.logs()))


def _failed(channel: Channel, log: str) -> Outcome:
    """Say why from Apprise's own words, of which no part is passed on: they hold hosts and tokens."""
    found = _STATUS.search(log)
    late = "Read timed out" in log
    if found:
        what = f"answered {found[1]}{_advice(found[1])}"
    elif late:
        what = "gave no answer in time; it may have been received"
    else:
        what = "could not be reached, or answered nonsense. Check its address and the network"
    return Outcome(sent=False, why=f"Channel {channel.name!r} {what}. It is tried again.", doubtful=late)


def _advice(status: str) -> str:
    if _MOVED_ON.fullmatch(status):
        return ". Its token was revoked, or its address leads elsewhere: correct it where dueby runs"
    return ". It is limited or broken on its own side" if _LIMITED.fullmatch(status) else ""
