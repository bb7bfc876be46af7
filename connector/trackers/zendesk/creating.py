"""Create dueby's ticket fields in a Zendesk, each once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from connector.errors import TrackerError
from connector.trackers.creating import TITLES, Standing, chosen_names, completed, looked_up, not_allowed
from connector.trackers.faults import bad_answer
from connector.trackers.port import OwnField
from connector.trackers.shapes import record, word
from connector.trackers.zendesk.catalogue import Catalogue
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.write import KINDS
from policies.model import State

PATTERN = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$"
_KINDS = {"due_at": "regexp", "due_on": "date", "state": "tagger", "summary": "text"}
_OPTIONS = [{"name": state.replace("_", " ").capitalize(), "value": f"dueby_{state}"} for state in State]
_MORE: Mapping[str, Mapping[str, Any]] = {
    "due_at": {"regexp_for_validation": PATTERN},
    "state": {"custom_field_options": _OPTIONS},
}
_WHO = "a Zendesk administrator"
_DESCRIPTION = "Written by dueby. Do not edit by hand."


def create_fields(client: Client, catalogue: Catalogue, *, due_on: bool, dry_run: bool) -> tuple[OwnField, ...]:
    """Create the fields that are missing; one configured or of the same name and type is used as it is."""
    site = client.http.site
    standing = [Standing(one.id, one.title, one.kind) for one in catalogue.fields.get().values() if one.active]
    found = tuple(looked_up(site, chosen_names(site, due_on=due_on), standing, KINDS))
    if dry_run or all(field.id for field in found):
        return completed(found, _KINDS, None)
    return completed(found, _KINDS, lambda name: _create(name, client))


def _create(name: str, client: Client) -> str:
    field = {"type": _KINDS[name], "title": TITLES[name], "agent_description": _DESCRIPTION, **_MORE.get(name, {})}
    try:
        answer = client.post("/api/v2/ticket_fields", {"ticket_field": field})
    except TrackerError as error:
        if error.status == HTTPStatus.FORBIDDEN:
            raise not_allowed(client.http.site, _WHO, error.status) from None
        raise
    if made := word(record(answer.get("ticket_field")).get("id")):
        return made
    raise bad_answer(client.http.site.name, "it names no id of the field that was created")
