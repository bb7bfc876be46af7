"""Many notices in one message, trouble of dueby's own, and the message by which a channel is tried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.notify.alert import compose_alert, compose_test
from connector.notify.digest import compose_digest
from connector.notify.message import Reader
from connector.notify.subjects import Subject
from connector.store.alerts import Alert, Trouble
from connector.texts.notice_messages import ALERT_ADVICE, ALERTS
from policies.model import State
from policies.notices import Notice
from policies.receipt import Fact

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PARIS, FRENCH = Reader("en", "Europe/Paris"), Reader("fr", "Europe/Paris")
KINDS = (
    "credentials_refused",
    "site_paused",
    "webhooks_missing",
    "timekeeper_silent",
    "notifier_silent",
    "policy_broken",
    "holidays_end",
    "agenda_behind",
    "channel_failing",
)


def item(key: str, after: timedelta, step: str = "breach", repetition: int = 0) -> tuple[Subject, Notice]:
    subject = Subject(
        site="acme",
        ticket=key,
        key=key,
        title=f"Title [of] {key}",
        url=f"https://acme.example/browse/{key}",
        metric="first response",
        state=State.RUNNING,
        running=True,
        vendor="Okta",
        policy="Okta Premier Success Plans",
        plan="gold",
        level=1,
        due_at=NOW + after,
        last_repetitions={(NOW + after, step, "on-call"): 4},
    )
    notice = Notice(
        metric="first_response",
        start_at=NOW - timedelta(hours=1),
        due_at=NOW + after,
        step=step,
        channel="on-call",
        repetition=repetition,
        send_at=NOW,
    )
    return subject, notice


def test_a_digest_names_every_ticket_with_what_is_due_when() -> None:
    ended, over = item("A-4", -5 * MINUTE, "over")
    answered = replace(
        ended, state=State.MET, running=False, ended_at=NOW - 6 * MINUTE, receipt=(Fact("answer", {"who": "x"}),)
    )
    items = [
        (answered, over),
        item("A-3", 15 * MINUTE, "before 15m"),
        item("A-2", timedelta(), "breach"),
        item("B-1", -60 * MINUTE, "breach", 2),
    ]
    message = compose_digest(items, PARIS, now=NOW)
    assert [message.title, *message.text.splitlines()] == [
        "4 notices: 2 breached, 1 to come, 1 over",
        "So many came due within one minute that they are one message.",
        (
            "B-1: first response breached, still no answer, 1 h late, reminder 2 of 4 (Okta gold, level 1), "
            "Mon 23 Nov 2026, 13:30 Europe/Paris, step breach: Title [of] B-1 https://acme.example/browse/B-1"
        ),
        (
            "A-2: first response breached (Okta gold, level 1), Mon 23 Nov 2026, 14:30 Europe/Paris, step breach: "
            "Title [of] A-2 https://acme.example/browse/A-2"
        ),
        (
            "A-3: first response due in 15 min (Okta gold, level 1), Mon 23 Nov 2026, 14:45 Europe/Paris, "
            "step before 15m: Title [of] A-3 https://acme.example/browse/A-3"
        ),
        (
            "A-4: over, first response answered in time (Okta gold, level 1), Mon 23 Nov 2026, 14:25 Europe/Paris, "
            "step over: Title [of] A-4 https://acme.example/browse/A-4"
        ),
    ]
    assert message.kind == "failure"
    assert "Title \\[of\\] A-2](https://acme.example/browse/A-2)" in message.markdown


def test_a_digest_in_french_says_as_of_when_and_that_it_may_be_a_repeat() -> None:
    items = [item("A-1", 15 * MINUTE, "before 15m")]
    message = compose_digest(items, FRENCH, now=NOW, as_of=NOW - timedelta(days=1), doubtful=True)
    expected = [
        "1 avis~: en retard 0, à venir 1, terminés 0 (peut-être un doublon)",
        "Il y en avait tant dans la même minute que les voici en un seul message.",
        (
            "A-1~: première réponse, échéance dans 15 min (Okta gold, niveau 1), lun. 23 nov. 2026 à 14:45 "
            "Europe/Paris, étape before 15m~: Title [of] A-1 https://acme.example/browse/A-1"
        ),
        ("Dernier état connu~: dim. 22 nov. 2026 à 14:30 Europe/Paris~; le ticket n'a pas pu être relu depuis."),
        "Peut-être un doublon~: dueby ne sait pas si cet avis est déjà arrivé.",
    ]
    assert [message.title, *message.text.splitlines()] == [line.replace("~", "\u00a0") for line in expected]
    assert message.kind == "warning"


def test_a_digest_says_nothing_of_a_promise_that_is_not_known() -> None:
    subject, notice = item("A-1", 15 * MINUTE, "before 15m")
    message = compose_digest([(replace(subject, plan=None), notice)], PARIS, now=NOW)
    assert "A-1: first response due in 15 min, Mon 23 Nov 2026" in message.text


def test_every_kind_of_trouble_has_its_words_and_what_to_do() -> None:
    assert set(ALERTS) == set(ALERT_ADVICE) == {*KINDS, "other"}
    titles = set()
    for kind in KINDS:
        message = compose_alert(Alert(Trouble(kind=kind, site="acme", channel="ops"), NOW, None), PARIS)
        assert message.kind == "failure"
        assert "{" not in message.title + message.text
        titles.add(message.title)
    assert len(titles) == len(KINDS)


def test_a_command_to_copy_names_a_channel_of_two_words_as_one() -> None:
    message = compose_alert(Alert(Trouble(kind="channel_failing", channel="on call"), NOW, None), PARIS)
    assert message.title == "dueby: notices of the channel on call do not go out"
    assert "by `dueby channels test 'on call'`," in message.text


def test_trouble_told_once_and_once_more_when_it_is_over() -> None:
    trouble = Trouble(kind="credentials_refused", site="acme", detail="401 from `acme`\nRenew the token.")
    message = compose_alert(Alert(trouble, NOW, None), PARIS)
    assert [message.title, *message.text.splitlines()] == [
        "dueby: acme refuses dueby's credentials",
        "acme refuses dueby's credentials",
        "Since Mon 23 Nov 2026, 14:30 Europe/Paris",
        "Cause: 401 from `acme` Renew the token.",
        (
            "Renew them where dueby.yaml takes them from, restart dueby, then run `dueby sites check acme`. "
            "Nothing is lost meanwhile."
        ),
    ]
    over = compose_alert(Alert(trouble, NOW, NOW + 10 * MINUTE), FRENCH)
    assert over.title == "dueby\u00a0: résolu\u00a0: acme refuse les identifiants de dueby"
    assert "Du lun. 23 nov. 2026 à 14:30 Europe/Paris au lun. 23 nov. 2026 à 14:40 Europe/Paris" in over.text
    assert "sites check" not in over.text
    assert over.kind == "success"


def test_trouble_of_a_kind_unknown_is_told_all_the_same() -> None:
    message = compose_alert(Alert(Trouble(kind="disk_full", detail="0 bytes"), NOW, None), PARIS, doubtful=True)
    assert message.title == "dueby: disk full (possibly a repeat)"
    assert "Cause: 0 bytes" in message.text


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (
            PARIS,
            [
                "dueby: test of the channel on-call",
                "This is a test. Notices of this channel come in this language, with times in the zone Europe/Paris.",
                "Sent Mon 23 Nov 2026, 14:30 Europe/Paris",
            ],
        ),
        (
            FRENCH,
            [
                "dueby\u00a0: essai du canal on-call",
                (
                    "Ceci est un essai. Les avis de ce canal viennent dans cette langue, avec les heures du fuseau "
                    "Europe/Paris."
                ),
                "Envoyé le lun. 23 nov. 2026 à 14:30 Europe/Paris",
            ],
        ),
    ],
)
def test_the_message_by_which_a_channel_is_tried(reader: Reader, expected: list[str]) -> None:
    message = compose_test("on-call", reader, now=NOW)
    assert [message.title, *message.text.splitlines()] == expected
    assert message.kind == "info"
