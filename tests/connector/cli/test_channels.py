"""Channels as people reach them: a test message, an address written out, internal notes where all would read them."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.recorder import Recorder, record

Bench = Any
SECRET = "hunter2hunter2"
MAPPINGS = """
mappings:
  - name: okta-gold
    site: acme
    match: {project: [CODE, DESK]}
    policy: okta-premier-success
    plan: gold
    levels: {Highest: 1, High: 2, Medium: 3, Low: 4}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [okta-support]}}]
    escalation: desk
escalations:
  - name: desk
    steps: [{at: breach, notify: [NOTIFIED]}]
channels:
  - {name: team, url: "${TEAM_URL}", timezone: Europe/Paris, language: fr}
  - {name: ticket, internal_comment: true}
"""
TEAM, NOTED = MAPPINGS.replace("NOTIFIED", "team"), MAPPINGS.replace("NOTIFIED", "ticket")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with record() as served:
        yield served


def test_a_test_goes_the_way_that_notices_go(bench: Bench, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_URL", f"{recorder.channel('team')}?+X-Token={SECRET}")
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", "team")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "The channel team took the test; see that it arrived.\n"
    (received,) = recorder.received("/team")
    assert received.title == "dueby\u00a0: essai du canal team"
    assert "avec les heures du fuseau Europe/Paris" in received.message


@pytest.mark.parametrize(
    ("url", "status", "told"),
    [
        pytest.param("", 500, "Channel 'team' answered 500.", id="one that fails"),
        pytest.param("nonsense://x", 200, "Channel 'team': Apprise makes no sense of its address.", id="no address"),
        pytest.param(None, 200, "the variable TEAM_URL is not set", id="a variable that is not set"),
    ],
)
def test_a_channel_that_takes_nothing_is_told_without_its_address(
    bench: Bench, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, url: str | None, status: int, told: str
) -> None:
    address = f"{recorder.channel(SECRET)}?+X-Token={SECRET}" if url == "" else url and f"{url}/{SECRET}"
    if address is not None:
        monkeypatch.setenv("TEAM_URL", address)
    recorder.faults.add(status=status, times=None)
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", "team")
    assert (done.exit_code, done.stdout) == (1, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert SECRET not in done.stderr
    assert "tried again" not in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("lead",), "There is no channel 'lead', expected one of: team, ticket.", id="no such channel"),
        pytest.param(("ticket",), "writes internal comments: name a ticket by --ticket SITE TICKET.", id="no ticket"),
        pytest.param(("team", "--ticket", "acme", "DESK-1"), "takes no --ticket.", id="a ticket for nothing"),
        pytest.param(("ticket", "--ticket", "nowhere", "DESK-1"), "has no site 'nowhere'", id="no such site"),
        pytest.param(("ticket", "--ticket", "acme", "%"), "'%' is no ticket of a jira", id="no such ticket"),
    ],
)
def test_a_test_that_cannot_be_is_wrongly_used(bench: Bench, words: tuple[str, ...], told: str) -> None:
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_before_there_are_mappings_there_is_no_channel(bench: Bench) -> None:
    done = bench.run("channels", "test", "team")
    assert done.exit_code == 2
    assert "none yet (`dueby mappings apply FILE` puts some in force)" in done.stderr


def test_an_internal_comment_is_tried_on_a_ticket(bench: Bench) -> None:
    bench.sandbox.add_project("DESK")
    bench.sandbox.create(project="DESK")
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", "ticket", "--ticket", "acme", "desk-1")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "An internal comment stands on DESK-1 of acme now.\n"
    (issue,) = [one for one in bench.sandbox.site.issues.values() if one.key == "DESK-1"]
    (comment,) = issue.comments
    assert comment.internal
    assert comment.text.startswith("dueby: test of the channel ticket\n\nThis is a test.")


def test_apply_warns_of_a_step_that_would_tell_of_every_ticket_at_once(bench: Bench) -> None:
    done = bench.run("mappings", "apply", bench.file(TEAM.replace("{at: breach,", "{before: 25h,")))
    assert done.exit_code == 0
    assert done.stderr == (
        "Warning: mappings.yaml:mappings.0.escalation: 'before 25h' of 'desk' comes as soon as a ticket is filed, "
        "expected at most 24h, the longest target here\n"
    )


def test_an_internal_comment_where_all_would_read_it_is_refused(bench: Bench) -> None:
    bench.sandbox.add_project("CODE", kind="software")
    bench.sandbox.create(project="CODE")
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", "ticket", "--ticket", "acme", "CODE-1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "everybody would see the comment" in done.stderr
    assert all(not one.comments for one in bench.sandbox.site.issues.values())


def test_a_site_that_is_only_watched_gets_no_comment(bench: Bench) -> None:
    config = bench.folder / "dueby.yaml"
    config.write_text(config.read_text().replace("deployment: cloud", "deployment: cloud\n    write: false"))
    bench.run("mappings", "apply", bench.file(TEAM))
    done = bench.run("channels", "test", "ticket", "--ticket", "acme", "OKTA-1")
    assert done.exit_code == 1
    assert "writes nothing on acme" in done.stderr


def test_apply_warns_of_an_address_that_is_written_out_and_never_shows_it(bench: Bench) -> None:
    text = TEAM.replace("${TEAM_URL}", f"slack://{SECRET}/x")
    done = bench.run("mappings", "apply", bench.file(text))
    assert done.exit_code == 0
    assert done.stderr == (
        "Warning: mappings.yaml:channels.0.url: the address of team is written out, expected ${NAME}, and the address "
        "in that variable\n"
    )
    changed = bench.run("mappings", "apply", bench.file(text.replace("/x", "/y")))
    listed = bench.run("mappings", "list", "--json")
    assert "changed channel team" in changed.stdout
    assert SECRET not in done.output + changed.output + listed.output
    assert bench.run("mappings", "apply", bench.file(TEAM)).stderr == ""
    assert "${TEAM_URL}" in bench.run("mappings", "export").stdout


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        pytest.param('{name: team, url: "${TEAM_URL}", timezone: Europe/Paris, language: fr}', "URL", id="no channel"),
        pytest.param('url: "${TEAM_URL}"', "urls: URL", id="an unknown key"),
        pytest.param("internal_comment: true", "internal_comment: URL", id="another key"),
        pytest.param('url: "${TEAM_URL}"', "url: [URL]", id="a list"),
        pytest.param('url: "${TEAM_URL}"', "url: URL, url: URL", id="twice"),
        pytest.param("internal_comment: true", "internal_comment: true, url: URL", id="two ways"),
    ],
)
def test_a_fault_never_shows_an_address(bench: Bench, written: str, instead: str) -> None:
    assert written in TEAM
    text = TEAM.replace(written, instead.replace("URL", f'"json://x/{SECRET}"'))
    done = bench.run("mappings", "apply", bench.file(text))
    assert done.exit_code == 1
    assert "mappings.yaml:" in done.stderr
    assert SECRET not in done.output


def test_internal_notes_are_refused_for_a_project_that_is_no_service_desk(bench: Bench) -> None:
    bench.sandbox.add_project("CODE", kind="software")
    bench.sandbox.add_project("DESK")
    done = bench.run("mappings", "apply", bench.file(NOTED))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "mappings.yaml:mappings.0.escalation: okta-gold tells the channel 'ticket', and CODE is no service project, "
        "expected tell another channel there, or limit the mapping to service projects\n"
    )
    allowed = bench.run("mappings", "apply", bench.file(NOTED.replace("CODE, DESK", "DESK")))
    assert (allowed.exit_code, allowed.stderr) == (0, "")


def test_where_the_tracker_cannot_be_asked_apply_warns(bench: Bench) -> None:
    bench.sandbox.faults.add(status=503, times=None)
    done = bench.run("mappings", "apply", bench.file(NOTED))
    assert done.exit_code == 0
    assert "Warning: mappings.yaml: whether tickets of acme can hold internal notes is not known." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_internal_notes_no_tracker_is_asked(bench: Bench) -> None:
    assert bench.run("mappings", "apply", bench.file(TEAM)).exit_code == 0
    assert bench.sandbox.log.requests() == ()


def test_every_ticket_of_a_zendesk_can_hold_internal_notes_so_none_is_asked(bench: Bench) -> None:
    done = bench.run(
        "mappings",
        "apply",
        bench.file(NOTED.replace("site: acme", "site: help").replace("project: [CODE, DESK]", "tags: [okta]")),
    )
    assert (done.exit_code, done.stderr) == (0, "")
