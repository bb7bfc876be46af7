"""The notice in docs/how-it-works.md is what the shipped Okta policy's due time says, word for word."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.notify.message import Reader, compose
from connector.notify.subjects import Subject
from policies.due import due_time
from policies.loader import load_policies
from policies.model import State
from policies.notices import Notice
from policies.receipt import Fact
from policies.terms import Case

DOCS = Path(__file__).parents[3] / "docs/how-it-works.md"
START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_the_documented_notice_is_a_real_one() -> None:
    okta = load_policies(None)["okta-premier-success"]
    due = due_time(okta, Case(plan="gold", level=1), START)
    assert due.due_at is not None
    created = Fact("start", {"at": "2026-11-23T13:00:00Z", "how": "created"})
    subject = Subject(
        site="acme",
        ticket="10012",
        key="OKTA-1187",
        title="Nobody can log in",
        url="https://acme.example/browse/OKTA-1187",
        metric=okta.metrics["first_response"].name,
        state=State.BREACHED,
        running=True,
        vendor=okta.vendor,
        policy=okta.name,
        plan=okta.plans["gold"].name,
        level=1,
        due_at=due.due_at,
        customer_timezone="America/New_York",
        owed_by="vendor",
        receipt=tuple(created if fact.rule == "start" else fact for fact in due.facts),
    )
    notice = Notice(
        metric="first_response",
        start_at=START,
        due_at=due.due_at,
        step="breach",
        channel="on-call",
        repetition=0,
        send_at=due.due_at,
    )
    now = due.due_at + timedelta(seconds=61)
    message = compose(subject, notice, Reader("en", "Europe/Paris"), now=now, public_url="https://dueby.example")
    shown = DOCS.read_text(encoding="utf-8").partition("## What a notice looks like")[2].split("```")[1]
    assert re.sub(r"\n  ", " ", shown).strip() == f"{message.title}\n\n{message.text}"
