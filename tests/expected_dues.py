"""Write the demo's expected due times, walked by the second hand: `python -m tests.expected_dues`."""

import csv
import io
from pathlib import Path

from tests.walk import walk_due
from tests.walk_demo import DemoTicket, demo_tickets

WRITTEN = Path(__file__).parent.parent / "connector" / "sandbox" / "expected_dues.csv"
COLUMNS = (
    "case",
    "flavour",
    "policy",
    "plan",
    "level",
    "filed_at",
    "timezone",
    "region",
    "holidays",
    "attributes",
    "readings",
    "level_counted",
    "target",
    "due_at",
    "state_unanswered",
)


def expected_dues() -> str:
    """Give the whole file as text, a line for each ticket of the demo, always the same."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    rows.writeheader()
    rows.writerows(_row(ticket) for ticket in demo_tickets())
    return text.getvalue()


def _row(ticket: DemoTicket) -> dict[str, str]:
    case = ticket.case()
    walked = walk_due(case)
    return {
        "case": ticket.name,
        "flavour": ticket.flavour,
        "policy": ticket.policy,
        "plan": ticket.plan,
        "level": "" if ticket.level is None else str(ticket.level),
        "filed_at": case["start"],
        "timezone": case.get("timezone", ""),
        "region": case.get("region", ""),
        "holidays": case.get("holidays", ""),
        "attributes": ";".join(f"{key}={value}" for key, value in case.get("attributes", {}).items()),
        "readings": ";".join(case.get("readings", ())),
        "level_counted": str(walked["level"]),
        "target": walked["target"] or "",
        "due_at": walked["due_at"] or "",
        "state_unanswered": "no_promise" if walked["state"] == "no_promise" else "promise",
    }


if __name__ == "__main__":
    WRITTEN.write_text(expected_dues(), encoding="utf-8")
