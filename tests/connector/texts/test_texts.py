"""Texts made from facts: the contract's summaries, sentences of a receipt, and a complete French."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from connector.texts import render, summary
from connector.texts.catalogue import translate
from connector.texts.msgids import plural_ids, policy_ids, sentence_ids
from connector.texts.words import duration_words, moment, target_words, zone_words
from policies.loader import load_policies
from policies.receipt import Fact, Value

PO = Path(__file__).parents[3] / "connector/texts/locales/fr/LC_MESSAGES/dueby.po"
OKTA: dict[str, Value] = {"vendor": "Okta", "plan": "gold", "level": 1, "written": "30m"}
DUE: dict[str, Value] = {**OKTA, "due_at": "2026-11-23T13:30:00Z"}
BASIC: dict[str, Value] = {"vendor": "CloudTalk", "plan": "basic", "level": 2}

SUMMARIES: list[tuple[str, dict[str, Value], str, str]] = [
    (
        "running",
        {**DUE, "state": "running"},
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris",
        "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris",
    ),
    (
        "breached and unanswered",
        {**DUE, "state": "breached"},
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris, breached",
        "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris, dépassée",
    ),
    (
        "answered late",
        {**DUE, "state": "breached", "answered_at": "2026-11-23T14:02:30Z", "late": "PT32M30S"},
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris, answered 2026-11-23 15:02, 32 min late",
        (
            "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris, répondu 2026-11-23 15:02, "
            "32 min de retard"
        ),
    ),
    (
        "met",
        {**DUE, "state": "met", "answered_at": "2026-11-23T13:02:00Z"},
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris, answered 2026-11-23 14:02",
        "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris, répondu 2026-11-23 14:02",
    ),
    (
        "paused",
        {**OKTA, "state": "paused", "cause": "status", "detail": "Waiting for customer", "left": "PT12M"},
        "Okta gold, level 1: 30 min, paused: Waiting for customer, 12 min left",
        "Okta gold, niveau 1~: 30 min, en pause~: Waiting for customer, reste 12 min",
    ),
    (
        "not filed yet",
        {"vendor": "Okta", "plan": "gold", "state": "not_filed", "cause": "start_empty", "detail": "customfield_7"},
        "Okta gold, not filed: fill in the field customfield_7 when the case is filed with the vendor",
        "Okta gold, non déposé~: remplissez le champ customfield_7 quand la demande est déposée chez le fournisseur",
    ),
    (
        "filed at no instant",
        {"vendor": "Okta", "plan": "gold", "state": "not_filed", "cause": "start_not_instant", "detail": "soon {x}"},
        "Okta gold, not filed: soon {x} is no date and time",
        "Okta gold, non déposé~: soon {x} n'est pas une date avec heure",
    ),
    (
        "a plan without a promise",
        {**BASIC, "state": "no_promise", "cause": "plan"},
        "CloudTalk basic, level 2: no promise in this plan",
        "CloudTalk basic, niveau 2~: aucune promesse dans ce forfait",
    ),
    (
        "a case out of the promise",
        {**BASIC, "state": "no_promise", "cause": "rule", "detail": "Beta is out."},
        "CloudTalk basic, level 2: no promise. Beta is out.",
        "CloudTalk basic, niveau 2~: aucune promesse. Beta is out.",
    ),
    (
        "solved unanswered",
        {**OKTA, "state": "closed", "cause": "solved"},
        "Okta gold, level 1: 30 min, closed: solved without an answer",
        "Okta gold, niveau 1~: 30 min, clos~: résolu sans réponse",
    ),
    (
        "another metric than the first response",
        {**OKTA, "metric": "first response", "state": "running", "due_at": "2026-11-23T13:30:00Z"},
        "Okta gold, level 1, first response: 30 min, due 2026-11-23 14:30 Europe/Paris",
        "Okta gold, niveau 1, première réponse~: 30 min, échéance 2026-11-23 14:30 Europe/Paris",
    ),
    (
        "kept by the ticket's end",
        {**OKTA, "state": "met", "due_at": "2026-11-23T13:30:00Z", "ended_at": "2026-11-23T13:02:00Z"},
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris, ended 2026-11-23 14:02",
        "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris, terminé 2026-11-23 14:02",
    ),
    (
        "ended late",
        {
            **OKTA,
            "state": "breached",
            "due_at": "2026-11-23T13:30:00Z",
            "ended_at": "2026-11-23T14:02:00Z",
            "late": "PT32M",
        },
        "Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris, ended 2026-11-23 15:02, 32 min late",
        (
            "Okta gold, niveau 1~: 30 min, échéance 2026-11-23 14:30 Europe/Paris, terminé 2026-11-23 15:02, "
            "32 min de retard"
        ),
    ),
    (
        "updates before the first answer",
        {"vendor": "Acme", "plan": "gold", "state": "no_promise", "cause": "unanswered"},
        "Acme gold: no update is owed before the first answer",
        "Acme gold~: aucune mise à jour n'est due avant la première réponse",
    ),
    (
        "no mapping",
        {"state": "unmapped", "cause": "no_match"},
        "Not mapped: no mapping fits this ticket",
        "Sans correspondance~: aucune ne convient à ce ticket",
    ),
    (
        "a priority without a level",
        {"state": "unmapped", "cause": "priority_without_level", "detail": "Blocker"},
        "Not mapped: the priority Blocker has no level in the mapping",
        "Sans correspondance~: la priorité Blocker n'y a pas de niveau",
    ),
    (
        "no priority at all",
        {"state": "unmapped", "cause": "priority_without_level", "detail": ""},
        "Not mapped: the ticket has no priority",
        "Sans correspondance~: le ticket n'a pas de priorité",
    ),
    (
        "a cause that has no text",
        {"state": "unmapped", "cause": "no_holiday_data", "detail": "not known for 2101"},
        "Not mapped: not known for 2101",
        "Sans correspondance~: not known for 2101",
    ),
]


@pytest.mark.parametrize(("values", "english", "french"), [pytest.param(*row[1:], id=row[0]) for row in SUMMARIES])
def test_the_summary_of_each_state(values: dict[str, Value], english: str, french: str) -> None:
    fact = Fact("summary", values)
    assert summary(fact, "en", "Europe/Paris") == english
    assert summary(fact, "fr", "Europe/Paris") == french.replace("~", "\u00a0")
    assert render(fact, "en", "Europe/Paris") == english


def test_a_summary_is_one_line_without_control_characters_and_at_most_255_long() -> None:
    detail = "Wait\r\nfor\x00 \u202ethe\ud800 \x1b[31mcustomer " + "x" * 300
    text = summary(Fact("summary", {**OKTA, "state": "paused", "detail": detail, "left": "PT1H"}), "en", "UTC")
    assert text.startswith("Okta gold, level 1: 30 min, paused: Wait for the [31mcustomer xxx")
    assert len(text) == 255
    assert text.endswith("…")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("written", "english", "french"),
    [
        ("30m", "30 min", "30 min"),
        ("2h", "2 h", "2 h"),
        ("1bh", "1 business hour", "1 heure ouvrable"),
        ("3bh", "3 business hours", "3 heures ouvrables"),
        ("1bd", "1 business day", "1 jour ouvrable"),
        ("2bd", "2 business days", "2 jours ouvrables"),
        ("2d", "2 days", "2 jours"),
    ],
)
def test_targets_in_words(written: str, english: str, french: str) -> None:
    assert (target_words(written, "en"), target_words(written, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("PT0S", "0 min"),
        ("PT0.5S", "less than a second"),
        ("PT45S", "45 s"),
        ("PT32M59S", "32 min"),
        ("PT2H", "2 h"),
        ("PT75H12M", "75 h 12 min"),
    ],
)
def test_durations_in_words(iso: str, words: str) -> None:
    assert duration_words(iso, "en") == words


def test_instants_and_zones_in_words() -> None:
    assert moment("2026-11-23T13:30:59.5Z", "Asia/Kathmandu") == "2026-11-23 19:15"
    assert (zone_words("Etc/GMT-1"), zone_words("Etc/GMT"), zone_words("UTC")) == ("UTC+1", "Etc/GMT", "UTC")


@pytest.mark.parametrize(
    ("fact", "english"),
    [
        (Fact("mapping", {"name": "gold", "version": 3}), "The mapping gold, version 3, applies."),
        (
            Fact("plan", {"plan": "gold", "name": "gold", "how": "field", "value": "Gold"}),
            "The plan is gold, from the field that holds Gold.",
        ),
        (
            Fact("start", {"at": "2026-11-23T13:30:00Z", "how": "field", "field": "customfield_1"}),
            "The clock starts at 2026-11-23 14:30 Europe/Paris, from the field customfield_1.",
        ),
        (
            Fact("level", {"level": 1, "name": "urgent", "how": "priority", "value": "High"}),
            "The level is 1 (urgent), from the priority High.",
        ),
        (
            Fact("level_change", {"at": "2026-11-23T13:30:00Z", "before": None, "after": 2}),
            "At 2026-11-23 14:30 the level changed from none to 2.",
        ),
        (
            Fact("target", {"plan": "x", "level": 4, "metric": "first response", "written": "2bd", "open": "PT24H"}),
            "In the plan x, the first response at level 4 is promised within 2 business days (24 h open).",
        ),
        (
            Fact("calendar", {"calendar": "c", "timezone": "Etc/GMT-1", "holidays": "none", "region": "eu"}),
            "Time counts on the calendar c for the region eu in the time zone UTC+1; holidays: none.",
        ),
        (
            Fact(
                "pause",
                {"start": "2026-11-23T13:30:00Z", "end": None, "open": "PT1H", "status": "Waiting {now}"},
            ),
            "Paused since 2026-11-23 14:30 in the status Waiting {now}: 1 h of open time does not count so far.",
        ),
        (
            Fact("answer", {"at": "2026-11-23T13:30:00Z", "how": "public_comment", "who": "Ada", "what": "1"}),
            "Answered at 2026-11-23 14:30 by a public comment of Ada.",
        ),
        (
            Fact("not_an_answer", {"comment": "7", "at": "2026-11-23T13:30:00Z", "who": "", "why": "no_author"}),
            "The comment 7 of an unknown author at 2026-11-23 14:30 is no answer: its author is unknown.",
        ),
        (
            Fact("reading", {"name": "r", "title": "T.", "clause": "c", "chosen": False, "due_at": None}),
            "Reading r: T. It would give no due time.",
        ),
        (
            Fact("warning", {"warning": "unknown_zone", "detail": "Mars"}),
            "Warning: the time zone Mars does not exist and is not used.",
        ),
        (Fact("something_new", {"a": 1, "at": "2026-11-23T13:30:00Z"}), "something_new: "),
    ],
    ids=lambda value: value.rule if isinstance(value, Fact) else "",
)
def test_a_fact_in_a_sentence(fact: Fact, english: str) -> None:
    assert render(fact, "en", "Europe/Paris").startswith(english)


@pytest.fixture(scope="module")
def french() -> Catalog:
    with PO.open("rb") as source:
        return read_po(source, locale="fr")


def wanted() -> set[str]:
    return {*sentence_ids(), *(text for policy in load_policies().values() for text in policy_ids(policy))}


def test_every_text_has_its_french(french: Catalog) -> None:
    done = {message.id for message in french if message.string and not message.fuzzy}
    assert wanted() - done == set()
    for plural in plural_ids():
        message = french.get(plural[0])
        assert message
        assert isinstance(message.string, tuple | list)
        assert all(message.string)


def test_french_keeps_the_places_of_values(french: Catalog) -> None:
    for message in french:
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id:
            assert set(re.findall(r"\{\w+\}", message.string)) == set(re.findall(r"\{\w+\}", message.id)), message.id


def test_french_has_a_hard_space_before_colons_and_semicolons(french: Catalog) -> None:
    for message in french:
        text = message.string if message.id and isinstance(message.string, str) else ""
        assert not re.search(r"[^\u00a0\d][:;](?!\d)|«[^\u00a0]|[^\u00a0]»", text), text


def test_what_tickets_say_is_not_remembered_without_bound() -> None:
    for number in range(5000):
        summary(
            Fact("summary", {"state": "not_filed", "cause": "start_not_instant", "detail": f"v{number}"}), "fr", "UTC"
        )
    assert translate.cache_info().currsize < 5000
