"""The names that a Zendesk has, by what mappings may name."""

from connector.trackers.optional import unless_refused
from connector.trackers.port import Catalogue
from connector.trackers.shapes import Json, records, word, words
from connector.trackers.zendesk.catalogue import Catalogue as Known
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.values import priority, status
from policies.model import Spelled

_PRIORITIES = ("urgent", "high", "normal", "low")
_STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_MOST_ORGANIZATIONS = 1000


def catalogue(client: Client, known: Known) -> Catalogue:
    """Ask for all names; a list that is kept from dueby's account, or too long to be worth it, is absent."""
    custom = known.custom_statuses.get()
    plain = tuple(status(text, "", None).spelled for text in _STATUSES)
    names: dict[str, tuple[Spelled, ...] | None] = {
        "brand": _listed(client, "brands"),
        "group": _listed(client, "groups"),
        "form": _listed(client, "ticket_forms"),
        "organization": _listed(client, "organizations", _MOST_ORGANIZATIONS),
        "priority": tuple(priority(text) for text in _PRIORITIES),
        "status": (*plain, *(words(one.label, number) for number, one in custom.items())),
        "field": tuple(words(field.title, field.id) for field in known.fields.get().values()),
    }
    return Catalogue({kind: tuple(filter(None, found)) for kind, found in names.items() if found is not None})


def _listed(client: Client, name: str, most: int | None = None) -> tuple[Spelled, ...] | None:
    def ask() -> tuple[Spelled, ...] | None:
        found: list[Json] = []
        for page in client.pages(f"/api/v2/{name}"):
            found += records(page.get(name))
            if most and len(found) > most:
                return None
        return tuple(words(raw.get("name"), word(raw.get("id"))) for raw in found)

    return unless_refused(ask, None)
