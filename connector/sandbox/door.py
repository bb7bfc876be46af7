"""The door of a sandbox: faults, credentials, routing, the log; every request comes through here."""

import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

from connector.sandbox.calls import Answer, Call, RefusedError, Request, Route
from connector.sandbox.control import control_routes
from connector.sandbox.faults import Fault
from connector.sandbox.sandbox import Sandbox

CONTROL = "/_sandbox"


def door(sandbox: Sandbox) -> Callable[[Request], Answer | None]:
    """Make the function that answers a sandbox's requests; None hangs up."""
    tracker, control = _routing(sandbox.routes()), _routing(control_routes(sandbox))

    def answer(request: Request) -> Answer | None:
        if request.path.startswith(CONTROL):
            return _routed(sandbox, control, request, "")[0]
        started = time.monotonic()
        given, by = _with_faults(sandbox, tracker, request)
        sandbox.log.note_request(
            at=sandbox.now(),
            method=request.method,
            path=request.path,
            query=tuple(request.query.items(multi=True)),
            body=request.body.decode(errors="replace"),
            by=by,
            status=given.status if given else 0,
            seconds=time.monotonic() - started,
        )
        return given

    return answer


def _routing(routes: Iterable[Route]) -> MapAdapter:
    table = [Rule(route.rule, methods=[route.method], endpoint=route) for route in routes]
    return Map(table, strict_slashes=False, merge_slashes=False).bind("sandbox")


def _with_faults(sandbox: Sandbox, routing: MapAdapter, request: Request) -> tuple[Answer | None, str]:
    fault = sandbox.faults.hit(request)
    refused = sandbox.faults.refuse(request)
    if refused:
        return Answer(429, sandbox.error(429, "Rate limit exceeded.").body, refused.headers), ""
    if fault is None:
        return _routed(sandbox, routing, request, None)
    if fault.moment == "before" and (spoiled := _spoil(sandbox, fault)):
        return spoiled[0], ""
    given, by = _routed(sandbox, routing, request, None)
    if fault.moment == "after" and (spoiled := _spoil(sandbox, fault)):
        return spoiled[0], by
    return given, by


def _spoil(sandbox: Sandbox, fault: Fault) -> tuple[Answer | None] | None:
    """Hold the request, then say what replaces its answer: nothing, or an answer of one (None: hang up)."""
    if fault.delay:
        sandbox.stopped.wait(fault.delay)
    if fault.drop or sandbox.stopped.is_set():
        return (None,)
    if fault.status is None:
        return None
    body = fault.body if fault.body is not None else sandbox.error(fault.status).body
    return (Answer(fault.status, body, fault.headers),)


def _routed(sandbox: Sandbox, routing: MapAdapter, request: Request, by: str | None) -> tuple[Answer, str]:
    try:
        route, parts = routing.match(request.path, request.method)
    except MethodNotAllowed:
        return sandbox.error(405, "Method Not Allowed"), ""
    except HTTPException:
        return sandbox.error(404, "No such resource."), ""
    return _viewed(sandbox, route, parts, request, by)


def _viewed(
    sandbox: Sandbox, route: Route, parts: Mapping[str, Any], request: Request, by: str | None
) -> tuple[Answer, str]:
    with sandbox.lock:
        try:
            by = "" if route.open else sandbox.who(request) if by is None else by
            return route.view(Call(request, parts, by)), by
        except RefusedError as refused:
            return refused.answer, by or ""
        except ValueError as unreadable:
            return sandbox.error(400, str(unreadable)), by or ""
        except Exception:  # noqa: BLE001  # the request's door: a fault of the sandbox is loud here and a 500 there
            traceback.print_exc()
            return sandbox.error(500, "Internal server error"), by or ""
