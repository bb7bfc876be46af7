"""Which of dueby's fields the edit screens of a project lack, and which options its select fields lack."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import quote

from requests.auth import AuthBase

from connector.trackers.findings import fault, right, warning
from connector.trackers.http import Http
from connector.trackers.jira.recent import Recent, one_a_type
from connector.trackers.port import Finding
from connector.trackers.shapes import Json, record, records, word
from policies.model import State

Screens = Mapping[str, Json]
"""The fields of each issue type's edit screen, by the type's name."""


def screens_of(tickets: Iterable[Recent], http: Http, auth: AuthBase) -> Screens:
    """Ask for the edit screen of each issue type among the tickets; one that Jira does not tell is left out."""
    asked = {
        ticket.issue_type: record(
            http.get(f"/rest/api/2/issue/{quote(ticket.id, safe='')}/editmeta", None, auth).get("fields")
        )
        for ticket in one_a_type(tickets)
    }
    return {name: fields for name, fields in asked.items() if fields}


def screen_findings(project: str, screens: Screens, fields: Mapping[str, str]) -> Iterator[Finding]:
    """Check that the fields (contract name -> id) are on every edit screen seen."""
    if not fields:
        return
    if not screens:
        todo = f"file a ticket in {project} that dueby's account may edit, then check again"
        yield warning("screen_unseen", "no ticket there shows an edit screen", todo, project)
        return
    missing = {
        name: [kind for kind, shown in screens.items() if field_id not in shown] for name, field_id in fields.items()
    }
    for name, kinds in missing.items():
        if kinds:
            found = f"{fields[name]} is not on the edit screen of {', '.join(kinds)}"
            todo = f"Custom fields > {fields[name]} > Add to screen: the edit screen of {project}"
            yield fault("off_screen", found, todo, project, name)
    if there := [name for name, kinds in missing.items() if not kinds]:
        yield right("on_screen", f"{', '.join(there)} on the edit screen of {', '.join(screens)}", project)


def option_findings(project: str, screens: Screens, fields: Mapping[str, str]) -> Iterator[Finding]:
    """Check that a state field that is a select offers every state."""
    field_id = fields.get("state", "")
    offered = [record(shown[field_id]) for shown in screens.values() if field_id in shown]
    selects = [_options(meta) for meta in offered if isinstance(meta.get("allowedValues"), list)]
    lacking = [state for state in State if not all(state in options for options in selects)]
    if lacking:
        todo = "add them as options of the field, spelled just so"
        yield fault("options_missing", f"{field_id} lacks the options {', '.join(lacking)}", todo, project, "state")
    elif selects:
        yield right("options", "state offers every state", project, "state")


def _options(meta: Json) -> set[str]:
    return {word(option.get("value")) for option in records(meta.get("allowedValues"))}


def of_the(names: Collection[str], fields: Mapping[str, str]) -> Mapping[str, str]:
    """Give the ids of chosen fields by contract name."""
    return {name: fields[name] for name in names}
