"""The catalogue of a Zendesk as JSON: people, groups and their like, statuses, fields."""

from typing import Any

from connector.sandbox.zendesk.model import CustomStatus, Named, Site, TicketField, User

LONG_AGO = "2024-01-01T00:00:00Z"


def show_user(site: Site, user: User) -> dict[str, Any]:
    """Give a person."""
    return {
        "id": user.id,
        "url": f"{site.url}/api/v2/users/{user.id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "time_zone": user.timezone,
        "iana_time_zone": user.timezone,
        "locale": "en-US",
        "organization_id": user.organization_id,
        "role": user.role,
        "ticket_restriction": user.restriction,
        "verified": True,
        "active": True,
        "suspended": False,
        "tags": [],
        "user_fields": {},
    }


def show_named(site: Site, kind: str, thing: Named) -> dict[str, Any]:
    """Give a group, organization, brand or ticket form; `kind` is its collection's name."""
    shown: dict[str, Any] = {
        "url": f"{site.url}/api/v2/{kind}/{thing.id}.json",
        "id": thing.id,
        "name": thing.name,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    on_form = [number for number in site.fields if number not in thing.without]
    extra: dict[str, dict[str, Any]] = {
        "brands": {"subdomain": thing.name.lower().replace(" ", "-"), "active": True, "default": False},
        "groups": {"deleted": False, "default": False, "description": "", "is_public": True},
        "ticket_forms": {"active": thing.active, "default": False, "ticket_field_ids": on_form},
        "organizations": {"domain_names": list(thing.domains), "tags": [], "organization_fields": {}},
    }
    return shown | extra[kind]


def show_status(site: Site, status: CustomStatus) -> dict[str, Any]:
    """Give a custom status."""
    return {
        "url": f"{site.url}/api/v2/custom_statuses/{status.id}.json",
        "id": status.id,
        "status_category": status.category,
        "agent_label": status.label,
        "end_user_label": status.label,
        "description": "",
        "active": True,
        "default": status.default,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }


def show_field(site: Site, field: TicketField) -> dict[str, Any]:
    """Give a ticket field."""
    shown: dict[str, Any] = {
        "url": f"{site.url}/api/v2/ticket_fields/{field.id}.json",
        "id": field.id,
        "type": field.type,
        "title": field.title,
        "raw_title": field.title,
        "description": "",
        "active": field.active,
        "required": False,
        "regexp_for_validation": field.pattern,
        "tag": field.tag,
        "removable": True,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    if field.options:
        options = enumerate(field.options, start=field.id * 100)
        shown["custom_field_options"] = [
            {"id": number, "name": name, "raw_name": name, "value": tag} for number, (name, tag) in options
        ]
    return shown
