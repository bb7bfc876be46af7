"""Create dueby's custom fields in a Jira, each once."""

from requests.auth import AuthBase

from connector.sites import Site
from connector.trackers.creating import TITLES, Standing, chosen_names, completed, looked_up, not_allowed
from connector.trackers.faults import bad_answer
from connector.trackers.http import Http
from connector.trackers.jira.discovery import Discovery
from connector.trackers.jira.write import KINDS
from connector.trackers.port import OwnField
from connector.trackers.shapes import record, word

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_MADE_OF = {
    "due_at": ("datetime", "datetimerange"),
    "due_on": ("datepicker", "daterange"),
    "state": ("readonlyfield", "textsearcher"),
    "summary": ("readonlyfield", "textsearcher"),
}
_SHOWN = {name: kind for name, (kind, _) in _MADE_OF.items()}
_WHO = "a Jira administrator (global permission Administer Jira)"
_DESCRIPTION = "Written by dueby. Do not edit by hand."


def create_fields(
    http: Http, auth: AuthBase, discovery: Discovery, *, due_on: bool, dry_run: bool
) -> tuple[OwnField, ...]:
    """Create the fields that are missing; one configured or of the same name and type is used as it is."""
    site = http.site
    standing = [Standing(one.id, one.name, one.kind) for one in discovery.fields.get().values() if one.custom]
    found = tuple(looked_up(site, chosen_names(site, due_on=due_on), standing, KINDS))
    if dry_run or all(field.id for field in found):
        return completed(found, _SHOWN, None)
    _require_admin(http, auth)
    return completed(found, _SHOWN, lambda name: _create(name, http, auth))


def _require_admin(http: Http, auth: AuthBase) -> None:
    answer = http.get("/rest/api/2/mypermissions", {"permissions": "ADMINISTER"}, auth)
    held = record(record(answer.get("permissions")).get("ADMINISTER"))
    if held.get("havePermission") is not True:
        raise not_allowed(http.site, _WHO, None)


def _create(name: str, http: Http, auth: AuthBase) -> str:
    kind, searcher = _MADE_OF[name]
    body = {
        "name": TITLES[name],
        "description": _DESCRIPTION,
        "type": f"{_TYPES}{kind}",
        "searcherKey": f"{_TYPES}{searcher}",
    }
    return _made_id(http.site, http.post("/rest/api/2/field", body, auth).get("id"))


def _made_id(site: Site, value: object) -> str:
    if made := word(value):
        return made
    raise bad_answer(site.name, "it names no id of the field that was created")
