"""The sandbox's own endpoints under /_sandbox/: other processes set faults, read logs and act as people."""

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from connector.sandbox.calls import Answer, Call, Route
from connector.sandbox.sandbox import Sandbox


def control_routes(sandbox: Sandbox) -> Iterable[Route]:
    """Give the control endpoints; none needs credentials, for the sandbox listens on loopback only."""
    table: tuple[tuple[str, str, Callable[[Sandbox, Call], Any]], ...] = (
        ("GET", "/_sandbox", _overview),
        ("GET", "/_sandbox/faults", lambda box, _: _plain(box.faults.faults)),
        ("POST", "/_sandbox/faults", lambda box, call: _plain(box.faults.add(**call.json))),
        ("DELETE", "/_sandbox/faults", lambda box, _: box.faults.clear()),
        ("POST", "/_sandbox/limits", lambda box, call: _plain(box.faults.limit(**call.json))),
        ("GET", "/_sandbox/requests", _requests),
        ("DELETE", "/_sandbox/requests", lambda box, _: box.log.clear()),
        ("GET", "/_sandbox/writes", _writes),
        ("GET", "/_sandbox/webhooks", lambda box, _: _plain(list(box.webhooks.values()))),
        ("POST", "/_sandbox/webhooks", lambda box, call: _plain(box.webhook(**call.json))),
        ("DELETE", "/_sandbox/webhooks", lambda box, _: box.webhooks.clear()),
        ("GET", "/_sandbox/deliveries", _deliveries),
        ("GET", "/_sandbox/tickets", lambda box, _: box.tickets()),
        ("GET", "/_sandbox/tickets/<ticket>", lambda box, call: box.ticket(call.parts["ticket"])),
        ("POST", "/_sandbox/acts/<act>", _act),
    )
    return [Route(method, rule, _view(sandbox, does), open=True) for method, rule, does in table]


def _view(sandbox: Sandbox, does: Callable[[Sandbox, Call], Any]) -> Callable[[Call], Answer]:
    def view(call: Call) -> Answer:
        try:
            return Answer(200, {"ok": True} if (given := does(sandbox, call)) is None else given)
        except (KeyError, TypeError, ValueError) as fault:
            return Answer(400, {"error": f"{type(fault).__name__}: {fault}"})

    return view


def _overview(sandbox: Sandbox, _: Call) -> dict[str, Any]:
    return {
        "flavour": sandbox.flavour,
        "url": sandbox.url,
        "tickets": len(sandbox.tickets()),
        "acts": list(sandbox.acts),
        "requests": sandbox.log.counts(),
        "deliveries": sandbox.sender.counts(),
    }


def _requests(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    seen = sandbox.log.requests(call.number("since", 0))
    return {"counts": sandbox.log.counts(), "requests": _plain(seen)}


def _writes(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    query = call.request.query
    writes = sandbox.log.writes(call.number("since", 0), query.get("ticket"), query.get("by"))
    shown = [
        _plain(write)
        | {"equal": write.equal, "fields": [_plain(field) | {"equal": field.equal} for field in write.fields]}
        for write in writes
    ]
    return {"count": len(shown), "equal": sum(write.equal for write in writes), "writes": shown}


def _deliveries(sandbox: Sandbox, _: Call) -> dict[str, Any]:
    return {"counts": sandbox.sender.counts(), "deliveries": _plain(list(sandbox.sender.deliveries))}


def _act(sandbox: Sandbox, call: Call) -> Any:
    name = call.parts["act"]
    if name not in sandbox.acts:
        raise KeyError(f"{name} is no act; there are: {', '.join(sandbox.acts)}")
    arguments = dict(call.json)
    if isinstance(at := arguments.get("at"), str):
        arguments["at"] = datetime.fromisoformat(at)
    return {"result": _plain(getattr(sandbox, name)(**arguments))}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(held) for name, held in named if not name.startswith("_") and name != "secret"}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(held) for held in value]
    return value
