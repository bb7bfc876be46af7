"""What a notice says, word for word: typed by hand, in both languages, with tickets that try to be more than text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from apprise import NotifyFormat
from apprise.conversion import convert_between

from connector.notify.message import Message, Reader, compose
from connector.notify.subjects import Subject
from policies.model import State
from policies.notices import Notice
from policies.receipt import Fact, Source

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
TIMES = Source("okta.txt", "Response times", "How soon Okta responds.")
LEVEL_1 = Source("okta.txt", "Level 1", "What is asked of the customer.")

RUNNING = Subject(
    site="acme",
    ticket="10012",
    key="OKTA-1187",
    title="Nobody can log in",
    url="https://acme.example/browse/OKTA-1187",
    metric="first response",
    state=State.RUNNING,
    running=True,
    vendor="Okta",
    policy="Okta Premier Success Plans",
    plan="gold",
    level=1,
    due_at=DUE,
    assignee="agent 2",
    customer_timezone="America/New_York",
    owed_by="vendor",
    synced_at=START + 2 * MINUTE,
    receipt=(
        Fact("mapping", {"name": "okta", "version": 3}),
        Fact("start", {"at": "2026-11-23T13:00:00Z", "how": "created"}),
        Fact(
            "target", {"plan": "gold", "level": 1, "metric": "first response", "written": "30m", "open": "PT30M"}, TIMES
        ),
        Fact("calendar", {"calendar": "24x7", "timezone": None, "holidays": "none"}, TIMES),
        Fact("due", {"at": "2026-11-23T13:30:00Z"}),
        Fact("duty", {"level": 1, "text": "Stay reachable."}, LEVEL_1),
    ),
    last_repetitions={(DUE, "breach", "on-call"): 4},
)
SOLVED = (Fact("ended", {"at": "2026-11-23T13:29:00Z", "how": "fulfilled"}),)
ANSWER = Fact("answer", {"at": "2026-11-23T14:02:30Z", "how": "public_comment", "who": "agent 5", "what": "9"})
ANSWERED = replace(
    RUNNING,
    state=State.BREACHED,
    running=False,
    ended_at=DUE + timedelta(minutes=32, seconds=30),
    receipt=(*RUNNING.receipt, ANSWER),
)
PARIS, FRENCH = Reader("en", "Europe/Paris"), Reader("fr", "Europe/Paris")


def notice(step: str, repetition: int = 0) -> Notice:
    return Notice(
        metric="first_response",
        start_at=START,
        due_at=DUE,
        step=step,
        channel="on-call",
        repetition=repetition,
        send_at=DUE,
    )


def told(message: Message) -> list[str]:
    return [message.title, *message.text.splitlines()]


def test_a_notice_before_the_due_time_word_for_word() -> None:
    message = compose(
        RUNNING, notice("before 15m"), PARIS, now=DUE - 15 * MINUTE + SECOND, public_url="https://dueby.example"
    )
    assert told(message) == [
        "OKTA-1187: first response due in 15 min (Okta gold, level 1)",
        "OKTA-1187 Nobody can log in https://acme.example/browse/OKTA-1187",
        "Okta gold, level 1",
        (
            "First response: due Mon 23 Nov 2026, 14:30 Europe/Paris "
            "(for the customer Mon 23 Nov 2026, 08:30 America/New_York)"
        ),
        "15 min left",
        "Held by agent 2",
        "Duty at level 1: Stay reachable. [okta.txt, Level 1]",
        (
            "Why: The clock starts at 2026-11-23 14:00 Europe/Paris, when the ticket was created. In the plan gold, "
            "the first response at level 1 is promised within 30 min. Time counts round the clock (calendar 24x7). "
            "[okta.txt, Response times]"
        ),
        (
            "To send to Okta: For our case OKTA-1187 we expect the first response by Mon 23 Nov 2026, 14:30 "
            "Europe/Paris. Okta Premier Success Plans, Response times, promises it within 30 min at level 1 in the "
            "plan gold."
        ),
        "Receipt https://dueby.example/tickets/acme/10012",
        "Step before 15m: 15 min of business time before it is due",
    ]
    assert message.kind == "warning"


def test_a_reminder_after_the_breach_in_french_word_for_word() -> None:
    subject = replace(RUNNING, assignee=None, customer_timezone="Europe/Berlin")
    message = compose(
        subject,
        notice("breach", 2),
        FRENCH,
        now=DUE + 60 * MINUTE + SECOND,
        as_of=True,
        doubtful=True,
        public_url="https://dueby.example/",
    )
    expected = [
        (
            "OKTA-1187~: première réponse, toujours sans réponse, échéance dépassée de 1 h, rappel 2 sur 4 "
            "(Okta gold, niveau 1) (peut-être un doublon)"
        ),
        "OKTA-1187 Nobody can log in https://acme.example/browse/OKTA-1187",
        "Okta gold, niveau 1",
        "Première réponse~: l'échéance était le lun. 23 nov. 2026 à 14:30 Europe/Paris",
        "1 h de retard, toujours sans réponse",
        "Personne ne s'en charge",
        "Obligation au niveau 1~: Stay reachable. [okta.txt, Level 1]",
        (
            "Pourquoi~: Le délai part le 2026-11-23 14:00 Europe/Paris, à la création du ticket. Forfait gold, niveau "
            "1~: première réponse promise sous 30 min. Le temps compte jour et nuit (calendrier 24x7). "
            "[okta.txt, Response times]"
        ),
        (
            "À envoyer à Okta~: Pour notre demande OKTA-1187, nous n'avons pas reçu ceci~: première réponse, attendu "
            "au plus tard le lun. 23 nov. 2026 à 14:30 Europe/Paris. Forfaits Okta Premier Success, Response times, le "
            "promet en 30 min au niveau 1 du forfait gold."
        ),
        "Justificatif https://dueby.example/tickets/acme/10012",
        "Étape breach~: l'échéance est passée, rappel 2 sur 4",
        "Dernier état connu~: 14:02 Europe/Paris~; le ticket n'a pas pu être relu depuis.",
        "Peut-être un doublon~: dueby ne sait pas si cet avis est déjà arrivé.",
    ]
    assert told(message) == [line.replace("~", "\u00a0") for line in expected]
    assert message.kind == "failure"


def test_a_stand_down_word_for_word() -> None:
    message = compose(ANSWERED, notice("over"), PARIS, now=DUE + 40 * MINUTE)
    assert told(message) == [
        "OKTA-1187: over, first response answered 32 min late (Okta gold, level 1)",
        "OKTA-1187 Nobody can log in https://acme.example/browse/OKTA-1187",
        "Okta gold, level 1",
        "Over, first response answered 32 min late",
        "Answered at 2026-11-23 15:02 by a public comment of agent 5.",
        (
            "First response: was due Mon 23 Nov 2026, 14:30 Europe/Paris "
            "(for the customer Mon 23 Nov 2026, 08:30 America/New_York)"
        ),
        "Step over: what was told before holds no more",
    ]
    assert message.kind == "success"


@pytest.mark.parametrize(
    ("step", "repetition", "after", "title"),
    [
        pytest.param("75%", 0, -7.5 * MINUTE, "first response due in 8 min", id="seven and a half minutes are eight"),
        pytest.param("75%", 1, -38 * SECOND, "first response due in 38 s, reminder 1 of 1", id="seconds at the end"),
        pytest.param("before 15m", 0, 12 * MINUTE, "first response breached, 12 min late", id="sent too late"),
        pytest.param("breach", 0, SECOND, "first response breached", id="the breach itself"),
        pytest.param("after 2h", 0, 120 * MINUTE, "first response breached, 2 h late", id="two hours after"),
        pytest.param(
            "breach",
            1,
            6 * SECOND,
            "first response breached, still no answer, 6 s late, reminder 1 of 4",
            id="a reminder within the first minute",
        ),
        pytest.param(
            "breach",
            4,
            120 * MINUTE,
            "first response breached, still no answer, 2 h late, reminder 4 of 4",
            id="the last reminder",
        ),
    ],
)
def test_the_title_says_what_is_happening(step: str, repetition: int, after: timedelta, title: str) -> None:
    message = compose(RUNNING, notice(step, repetition), PARIS, now=DUE + after)
    assert message.title == f"OKTA-1187: {title} (Okta gold, level 1)"


@pytest.mark.parametrize(
    ("step", "english", "french"),
    [
        ("75%", "Step 75%: 75% of the time is used up", "Étape 75%~: 75~% du délai sont écoulés"),
        (
            "before 3h",
            "Step before 3h: 3 h of business time before it is due",
            "Étape before 3h~: 3 h avant l'échéance, en heures ouvrées",
        ),
        ("after 2d", "Step after 2d: 2 days after it was due", "Étape after 2d~: 2 jours après l'échéance"),
        ("breach", "Step breach: the due time has passed", "Étape breach~: l'échéance est passée"),
    ],
)
def test_a_step_in_words(step: str, english: str, french: str) -> None:
    assert english in compose(RUNNING, notice(step), PARIS, now=DUE).text.splitlines()
    assert french.replace("~", "\u00a0") in compose(RUNNING, notice(step), FRENCH, now=DUE).text.splitlines()


ENDED = replace(RUNNING, running=False, due_at=None, summary="Okta gold, level 1: 30 min, paused: Waiting, 4 min left")


@pytest.mark.parametrize(
    ("subject", "title", "line"),
    [
        pytest.param(
            replace(ANSWERED, state=State.MET, ended_at=DUE - MINUTE),
            "over, first response answered in time",
            "Answered at 2026-11-23 15:02 by a public comment of agent 5.",
            id="answered in time",
        ),
        pytest.param(
            replace(RUNNING, state=State.CLOSED, running=False, due_at=None, ended_at=DUE - MINUTE),
            "over, closed without an answer",
            "Ended at 2026-11-23 14:29 without an answer.",
            id="closed",
        ),
        pytest.param(
            replace(
                RUNNING, state=State.MET, running=False, metric="resolution", ended_at=DUE - MINUTE, receipt=SOLVED
            ),
            "over, the ticket ended, the resolution in time",
            "Ended at 2026-11-23 14:29.",
            id="solved in time",
        ),
        pytest.param(
            replace(
                RUNNING, state=State.BREACHED, running=False, metric="resolution", ended_at=DUE + MINUTE, receipt=SOLVED
            ),
            "over, the ticket ended, the resolution 1 min late",
            "Ended at 2026-11-23 14:29.",
            id="solved late",
        ),
        pytest.param(
            replace(RUNNING, due_at=DUE + timedelta(days=1)),
            "over, the first response is now due Tue 24 Nov 2026, 14:30 Europe/Paris",
            "Over, the first response is now due Tue 24 Nov 2026, 14:30 Europe/Paris",
            id="the due time moved",
        ),
        pytest.param(
            replace(ENDED, state=State.PAUSED),
            "over, the first response is paused",
            "Now: Okta gold, level 1: 30 min, paused: Waiting, 4 min left",
            id="paused",
        ),
        pytest.param(
            replace(ENDED, state=State.UNMAPPED),
            "over, no mapping fits the ticket any more",
            "Now: Okta gold, level 1: 30 min, paused: Waiting, 4 min left",
            id="unmapped",
        ),
        pytest.param(
            replace(ENDED, state=State.CLOSED, gone=True),
            "over, the ticket was deleted",
            "Over, the ticket was deleted",
            id="deleted",
        ),
        pytest.param(
            replace(ENDED, state=State.MET, summary=""),
            "over, the first response is not awaited any more",
            "Over, the first response is not awaited any more",
            id="another cycle took its place",
        ),
    ],
)
def test_a_stand_down_says_how_it_came_to_its_end(subject: Subject, title: str, line: str) -> None:
    message = compose(subject, notice("over"), PARIS, now=DUE)
    assert message.title == f"OKTA-1187: {title} (Okta gold, level 1)"
    assert line in message.text.splitlines()
    assert not (subject.gone and "Now: " in message.text)


def test_a_second_stand_down_of_an_answer_in_time_is_no_reminder() -> None:
    met = replace(ANSWERED, state=State.MET, ended_at=DUE - MINUTE)
    lines = compose(met, notice("over", 1), PARIS, now=DUE - MINUTE).text.splitlines()
    assert "Step over: what was told before holds no more" in lines
    assert any(line.startswith("First response: was due Mon 23 Nov 2026, 14:30") for line in lines)


def test_only_what_a_vendor_owes_can_be_sent_to_the_vendor() -> None:
    text = compose(replace(RUNNING, owed_by="us"), notice("breach"), PARIS, now=DUE).text
    assert "To send to" not in text
    assert "Why: " in text


def test_a_notice_of_a_ticket_whose_promise_is_not_known_still_names_ticket_and_due_time() -> None:
    bare = replace(RUNNING, vendor=None, policy=None, plan=None, receipt=(), title="", url="", customer_timezone=None)
    assert told(compose(bare, notice("breach"), PARIS, now=DUE)) == [
        "OKTA-1187: first response breached",
        "OKTA-1187",
        "First response: was due Mon 23 Nov 2026, 14:30 Europe/Paris",
        "0 min late, no answer yet",
        "Held by agent 2",
        "Step breach: the due time has passed",
    ]


def test_the_receipts_address_is_quoted() -> None:
    odd = replace(RUNNING, site="a b", ticket="x/../y?z")
    message = compose(odd, notice("breach"), PARIS, now=DUE, public_url="https://dueby.example")
    assert "Receipt https://dueby.example/tickets/a%20b/x%2F..%2Fy%3Fz" in message.text
    assert "[Receipt](https://dueby.example/tickets/a%20b/x%2F..%2Fy%3Fz)" in message.markdown


def test_markdown_says_the_same_with_links() -> None:
    message = compose(RUNNING, notice("before 15m"), PARIS, now=DUE - 15 * MINUTE)
    first, *_, last = message.markdown.splitlines()
    assert first == "- [OKTA-1187 Nobody can log in](https://acme.example/browse/OKTA-1187)"
    assert last == "- Step before 15m: 15 min of business time before it is due"
    assert "America/New\\_York" in message.markdown
    assert "\\[okta.txt, Response times\\]" in message.markdown


HOSTILE = [
    pytest.param(
        "[here](https://evil.example)",
        "[here](https:·//evil.example)",
        "\\[here\\](https:·//evil.example)",
        id="a link",
    ),
    pytest.param("see https://e.example", "see https:·//e.example", "see https:·//e.example", id="a bare address"),
    pytest.param("@channel look", "@·channel look", "@·channel look", id="a channel called"),
    pytest.param("[~lee] look", "[·~lee] look", "\\[·\\~lee\\] look", id="a person called in a comment of Jira"),
    pytest.param("<!here> <@U1>", "<·!here> <·@·U1>", "\\<·\\!here\\> \\<·@·U1\\>", id="the calls of Slack"),
    pytest.param("`rm -rf`", "`rm -rf`", "\\`rm -rf\\`", id="code"),
    pytest.param("**loud** _it_", "**loud** _it_", "\\*\\*loud\\*\\* \\_it\\_", id="emphasis"),
    pytest.param("a\r\n\r\n# b\x00\u202e", "a # b", "a \\# b", id="lines, a heading, a turned direction"),
    pytest.param("![x](//e.example/p)", "![x](//e.example/p)", "\\!\\[x\\](//e.example/p)", id="a picture"),
    pytest.param(
        "&lt;b&gt; ~~y~~ a|b \\", "&lt;b&gt; ~~y~~ a|b \\", "\\&lt;b\\&gt; \\~\\~y\\~\\~ a\\|b \\\\", id="the rest"
    ),
    pytest.param(
        "<img src=x onerror=alert(1)>", "<·img src=x onerror=alert(1)>", "\\<·img src=x onerror=alert(1)\\>", id="HTML"
    ),
]


@pytest.mark.parametrize(("title", "text", "markdown"), HOSTILE)
def test_what_a_ticket_says_stays_text(title: str, text: str, markdown: str) -> None:
    message = compose(replace(RUNNING, title=title, assignee=title), notice("breach"), PARIS, now=DUE)
    text, markdown = text.replace("·", "\u200b"), markdown.replace("·", "\u200b")
    lines, marked = message.text.splitlines(), message.markdown.splitlines()
    assert lines[0] == f"OKTA-1187 {text} https://acme.example/browse/OKTA-1187"
    assert marked[0] == f"- [OKTA-1187 {markdown}](https://acme.example/browse/OKTA-1187)"
    assert (lines[4], marked[4]) == (f"Held by {text}", f"- Held by {markdown}")
    assert len(lines) == len(marked) == 9


class Tags(HTMLParser):
    """Collects the elements of a page and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links |= {value for name, value in attrs if name in {"href", "src"}}


@pytest.mark.parametrize("title", [case.values[0] for case in HOSTILE] + ["- x", "1. x", "> x", "---", "    x"])
def test_what_a_ticket_says_becomes_no_part_of_a_page(title: str) -> None:
    message = compose(replace(RUNNING, title=title, assignee=title, key=title), notice("breach"), PARIS, now=DUE)
    tags = Tags()
    page = convert_between(NotifyFormat.MARKDOWN, NotifyFormat.HTML, message.markdown)  # type: ignore[no-untyped-call]  # Apprise's
    tags.feed(page)
    assert tags.names <= {"ul", "li", "a", "p", "br"}
    assert tags.links == {"https://acme.example/browse/OKTA-1187"}


def test_a_key_calls_nobody_in_the_title() -> None:
    message = compose(replace(RUNNING, key="@here\n<!channel>"), notice("breach"), PARIS, now=DUE)
    assert message.title.startswith("@\u200bhere <\u200b!channel>: first response breached")


def test_long_texts_are_cut() -> None:
    message = compose(
        replace(RUNNING, key="K" * 500, title="t" * 5000, assignee="a" * 5000), notice("breach"), PARIS, now=DUE
    )
    assert len(message.title) <= 200
    assert max(map(len, message.text.splitlines())) <= 1000
    assert "t" * 139 + "…" in message.text
    assert "Held by " + "a" * 79 + "…" in message.text


def test_only_addresses_of_the_web_become_links() -> None:
    for url in ("javascript:alert(1)", "acme.example", ""):
        message = compose(replace(RUNNING, url=url), notice("breach"), PARIS, now=DUE)
        assert message.markdown.splitlines()[0] == "- OKTA-1187 Nobody can log in"
        assert message.text.splitlines()[0] == "OKTA-1187 Nobody can log in"
    odd = compose(
        replace(RUNNING, url="https://a.example/) [x](https://evil.example"), notice("breach"), PARIS, now=DUE
    )
    assert odd.markdown.splitlines()[0].endswith("](https://a.example/%29%20%5Bx%5D%28https://evil.example)")
