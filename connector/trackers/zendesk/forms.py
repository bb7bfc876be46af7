"""Which of dueby's fields the ticket forms lack: agents see only what is on a ticket's form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.trackers.findings import fault, right, warning
from connector.trackers.optional import unless_refused
from connector.trackers.port import Finding
from connector.trackers.shapes import Json, word, words
from connector.trackers.zendesk.client import Client
from policies.model import Spelled


@dataclass(frozen=True, slots=True)
class Form:
    """One active ticket form: what it is called, and the ids of its fields."""

    spelled: Spelled
    fields: frozenset[str]


def forms_of(client: Client) -> tuple[Form, ...]:
    """Give the active ticket forms; none where the account's plan has no forms."""
    none: list[Json] = []
    found = unless_refused(lambda: client.every("/api/v2/ticket_forms", "ticket_forms"), none)
    return tuple(_form(raw) for raw in found if raw.get("active") is not False)


def _form(raw: Json) -> Form:
    ids = raw.get("ticket_field_ids")
    held = frozenset(map(word, ids)) if isinstance(ids, list) else frozenset[str]()
    return Form(words(raw.get("name"), raw.get("id")), held)


def form_findings(forms: Sequence[Form], named: tuple[str, ...] | None, fields: Mapping[str, str]) -> Iterator[Finding]:
    """Check the forms that mappings name; where none names any, a field must be on one form at least."""
    wanted = {name.casefold() for name in named or ()}
    chosen = [form for form in forms if not wanted or wanted & {text.casefold() for text in form.spelled}]
    for name, field_id in fields.items():
        without = [form.spelled[0] for form in chosen if field_id not in form.fields]
        todo = f"add the field to the form (Admin Center > Forms) so that agents see it: {', '.join(without)}"
        if not without:
            continue
        if wanted or len(without) == len(chosen):
            yield fault("off_form", f"{field_id} is not on the form {' or '.join(without)}", todo, field=name)
        else:
            yield warning("off_form", f"{field_id} is on some forms only", todo, field=name)
    there = [name for name, field_id in fields.items() if all(field_id in form.fields for form in chosen)]
    if there and chosen:
        yield right("on_form", f"{', '.join(there)} on the form {' and '.join(form.spelled[0] for form in chosen)}")
