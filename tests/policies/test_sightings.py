"""A comment seen internal first answers only from when it shows public."""

from dataclasses import replace
from typing import Any

from policies.sightings import note_sightings


def seen(told: Any, *, public: bool, updated: str, ticket_updated: str = "2026-11-20 15:00") -> Any:
    comment = replace(told.comment("2026-11-20 15:05", "agent", public=public), updated_at=told.at(updated))
    return told.ticket(comments=[comment], updated=ticket_updated)


def test_a_comment_always_public_counts_from_its_creation(told: Any) -> None:
    ticket, known = note_sightings(seen(told, public=True, updated="2026-11-20 15:05"), {})
    assert ticket.comments[0].public_since is None
    assert known == {}


def test_made_public_later_it_counts_from_the_update_that_shows_it(told: Any) -> None:
    _, known = note_sightings(seen(told, public=False, updated="2026-11-20 15:05"), {})
    ticket, known = note_sightings(seen(told, public=True, updated="2026-11-20 17:00"), known)
    assert ticket.comments[0].public_since == told.at("2026-11-20 17:00")
    edited, _ = note_sightings(seen(told, public=True, updated="2026-11-20 19:00"), known)
    assert edited.comments[0].public_since == told.at("2026-11-20 17:00")


def test_where_the_comment_keeps_its_time_the_tickets_counts(told: Any) -> None:
    _, known = note_sightings(seen(told, public=False, updated="2026-11-20 15:05"), {})
    later = seen(told, public=True, updated="2026-11-20 15:05", ticket_updated="2026-11-20 18:00")
    ticket, _ = note_sightings(later, known)
    assert ticket.comments[0].public_since == told.at("2026-11-20 18:00")


def test_internal_again_it_is_forgotten_as_public(told: Any) -> None:
    _, known = note_sightings(seen(told, public=False, updated="2026-11-20 15:05"), {})
    _, known = note_sightings(seen(told, public=True, updated="2026-11-20 17:00"), known)
    _, known = note_sightings(seen(told, public=False, updated="2026-11-20 18:00"), known)
    ticket, _ = note_sightings(seen(told, public=True, updated="2026-11-20 19:00"), known)
    assert ticket.comments[0].public_since == told.at("2026-11-20 19:00")
