"""Who holds a ticket, whose time counts and who owes the answer is remembered, for notices to say."""

from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.telling import files, sets


def test_who_holds_the_ticket_is_remembered_by_name_and_forgotten_when_nobody_does(desk: Desk) -> None:
    desk.apply(APPLIED)
    files("15:00", assignee="alice")(desk)
    assert desk.sync("15:00")
    memory = desk.memory()
    assert (memory.assignee, memory.customer_timezone, memory.owed_by) == ("Alice Agent", "America/New_York", "vendor")
    sets("15:05", assignee=None)(desk)
    assert desk.sync("15:05")
    assert desk.memory().assignee is None


def test_who_holds_a_ticket_that_no_mapping_matches_is_remembered_too(desk: Desk) -> None:
    desk.apply(APPLIED, "match: {$elsewhere}")
    files("15:00", assignee="alice")(desk)
    assert desk.sync("15:00")
    memory = desk.memory()
    assert (memory.assignee, memory.customer_timezone, memory.owed_by) == ("Alice Agent", None, None)
