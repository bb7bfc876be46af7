"""What dueby writes into a ticket makes no other ticket of it: a walk that finds its write finds no missed webhook."""

from connector.store.engine import reading
from connector.store.fetched import digest_of, kept_state
from tests.scenarios.desk import Desk


def test_an_own_write_leaves_the_ticket_as_it_was_kept(desk: Desk) -> None:
    desk.apply("2026-11-01 00:00")
    priorities = desk.flavour.priorities
    desk.ticket = desk.box.create(fields={"priority": priorities["high"]})
    assert desk.sync("15:00") is not None
    assert desk.writes() == 1
    again = desk.deps.tracker("acme").fetch(desk.ticket)
    with reading(desk.engine) as conn:
        before = kept_state(conn, desk.ref)
    assert before is not None
    assert again.held["state"] is not None
    assert digest_of(again) == before.digest
    desk.box.change(desk.ticket, fields={"priority": priorities["urgent"]})
    assert digest_of(desk.deps.tracker("acme").fetch(desk.ticket)) != before.digest
