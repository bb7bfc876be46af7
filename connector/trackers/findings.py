"""What preflights of all trackers share: how a finding is told, and the checks that need no tracker's own words."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta

from connector.errors import TrackerError
from connector.sites import Site
from connector.trackers.port import Finding, Verdict

REQUIRED = ("due_at", "state", "summary")
_TOLERATED = timedelta(seconds=60)
_LATER = "check again in a while; if it goes on, ask the tracker's administrator"
_TODOS = {
    "unreachable": "check `url`, and the network between here and the tracker",
    "server_error": _LATER,
    "unavailable": _LATER,
    "rate_limited": _LATER,
    "forbidden": "give dueby's account the right to see the projects and tickets that mappings look at",
    "not_found": "check `url` and `deployment`: this tracker lacks something that others of its kind have",
    "refused": "check `url` and `deployment`",
}
_CREATE = "run `dueby sites create-fields {}` and put its block into dueby.yaml"


def right(code: str, found: str, project: str | None = None, field: str | None = None) -> Finding:
    """Tell that something is as it should be."""
    return Finding(code, Verdict.RIGHT, found, project=project, field=field)


def warning(code: str, found: str, todo: str, project: str | None = None, field: str | None = None) -> Finding:
    """Tell something that works and that a person should know."""
    return Finding(code, Verdict.WARNING, found, todo, project, field)


def fault(code: str, found: str, todo: str, project: str | None = None, field: str | None = None) -> Finding:
    """Tell something that keeps dueby from working."""
    return Finding(code, Verdict.FAULT, found, todo, project, field)


def told(error: TrackerError, site: Site, todos: Mapping[str, str] | None = None) -> Finding:
    """Tell a refusal or failure; `todos` by reason say what to do, where the error's own words are about a ticket."""
    found, _, rest = error.sentence.removeprefix(f"{site.name}: ").partition(". ")
    todo = {**_TODOS, **(todos or {})}.get(error.reason)
    detail = f"; {rest}" if todo and rest.startswith("The tracker says") else ""
    return fault(error.reason, f"{found.removesuffix('.')}{detail}", todo or rest)


def gathered(findings: Iterable[Finding], site: Site) -> tuple[Finding, ...]:
    """Give all findings, and the failure that cut them short as the last one."""
    found: list[Finding] = []
    try:
        for finding in findings:
            found.append(finding)  # noqa: PERF402  # what was found before a failure counts
    except TrackerError as error:
        found.append(told(error, site))
    return tuple(found)


def time_findings(ahead: timedelta | None) -> Iterator[Finding]:
    """Compare this machine's time with the tracker's; nothing where the tracker's answers carry none."""
    if ahead is None:
        return
    if abs(ahead) <= _TOLERATED:
        yield right("time", "this machine's time is the tracker's")
        return
    way = "ahead of" if ahead > timedelta() else "behind"
    minutes = max(1, round(abs(ahead) / timedelta(minutes=1)))
    todo = "let NTP set this machine's time; states change and notices go out by it"
    yield fault("time_differs", f"this machine's time is about {minutes} min {way} the tracker's", todo)


def field_findings(site: Site, kinds: Mapping[str, str], expected: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Check the fields that a site configures: they exist and their types fit. `kinds` are the tracker's, by id."""
    if not site.fields:
        yield fault("fields_unset", "no fields are configured, so nothing is written", _CREATE.format(site.name))
        return
    for name in expected:
        field_id = site.fields.get(name)
        if field_id is not None:
            yield _field_finding(site, name, kinds.get(field_id), sorted(expected[name]))
        elif name in REQUIRED:
            yield fault("field_unset", f"`fields` names no {name}", _CREATE.format(site.name), field=name)


def _field_finding(site: Site, name: str, kind: str | None, expected: list[str]) -> Finding:
    field_id = site.fields[name]
    first = next(one for one, other in site.fields.items() if other == field_id)
    if kind is None:
        todo = f"correct its id, or {_CREATE.format(site.name)}"
        return fault("field_missing", f"{field_id} does not exist as a custom field", todo, field=name)
    if kind not in expected:
        todo = f"name a field of type {' or '.join(expected)}, or {_CREATE.format(site.name)}"
        return fault("field_type", f"{field_id} is of type {kind}", todo, field=name)
    if first != name:
        return fault(
            "field_twice", f"{field_id} is configured for {first} already", "give each its own field", field=name
        )
    return right("field", f"{field_id} is there, of type {kind}", field=name)


def usable(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Give the contract names of the fields that are there and fit: it is worth looking further at these alone."""
    return tuple(finding.field for finding in findings if finding.code == "field" and finding.field)
