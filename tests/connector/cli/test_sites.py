"""`dueby sites check` against served sandboxes: a right site shows ticks alone, each planted fault is named."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from connector import time_source
from connector.cli.main import commands
from connector.sandbox.jira.model import Named
from connector.sandbox.server import serve
from connector.store.engine import open_engine, reading
from tests.conftest import SHARED
from tests.connector.cli.preflights import PLANTED, Planted, World, jira_of, own_comment, right_world, zendesk_of
from tests.openapi_check import check_request, covered
from tests.scenarios.flavours import CLOUD, DATACENTER, FLAVOURS, ZENDESK, Flavour

Make = Callable[[Flavour], World]
OTHER = {CLOUD.name: ZENDESK, DATACENTER.name: CLOUD, ZENDESK.name: CLOUD}
EACH = [
    pytest.param(flavour, planted, id=f"{flavour.name}: {planted.what}")
    for flavour in FLAVOURS
    for planted in PLANTED[flavour.name]
]
EVERY = [pytest.param(flavour, id=flavour.name) for flavour in FLAVOURS]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Serve a right world of a flavour with a commented ticket, and beside it a site of another flavour."""
    for name in [name for name in os.environ if name.startswith(("DUEBY_", "DATABASE_", "REDIS_")) or name == "PORT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:

        def served(flavour: Flavour) -> World:
            minutes = [0.0]
            world = right_world(
                flavour,
                lambda: time_source.now() + timedelta(minutes=minutes[0]),
                lambda box: str(stack.enter_context(serve(box)).url),
            )
            world.minutes = minutes
            return world

        def made(flavour: Flavour) -> World:
            world = served(flavour)
            world.others["other"] = served(OTHER[flavour.name]).site
            world.ticket = world.box.create()
            own_comment(world, public=False)
            world.box.comment(world.ticket, by="alice")
            return world

        yield made


def configure(world: World) -> None:
    """Write dueby.yaml and put the mappings in force."""
    sites = {"acme": world.site, **world.others}
    Path("dueby.yaml").write_text(json.dumps({"sites": sites}), encoding="utf-8")
    Path("mappings.yaml").write_text(json.dumps(world.document), encoding="utf-8")
    applied = dueby("mappings", "apply", "mappings.yaml")
    assert applied.exit_code == 0, applied.stderr
    for happening in world.later:
        happening()


def dueby(*words: str) -> Result:
    """Run a command in this process."""
    group = click.Group(commands={command.name or "": command for command in commands})
    return CliRunner().invoke(group, list(words), prog_name="dueby", catch_exceptions=False)


def checked(world: World) -> tuple[int, list[dict[str, Any]]]:
    """Configure and check the site; give the exit status and what was not right."""
    configure(world)
    done = dueby("sites", "check", "acme", "--json")
    (site,) = json.loads(done.stdout)
    return done.exit_code, [one for one in site["findings"] if one["verdict"] != "right"]


def place(finding: dict[str, Any]) -> tuple[str, Any, Any, Any]:
    return finding["verdict"], finding["project"], finding["field"], finding["path"]


def expected_place(planted: Planted) -> tuple[str, Any, Any, Any]:
    return ("warning" if planted.warning else "fault", *planted.about)


@pytest.mark.parametrize("flavour", EVERY)
def test_a_right_site_shows_ticks_alone_and_nothing_is_written(make: Make, flavour: Flavour) -> None:
    world = make(flavour)
    configure(world)
    done = dueby("sites", "check", "acme")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()[1:]
    assert len(lines) >= 10
    assert all("\N{CHECK MARK}" in line for line in lines)
    assert "dueby's account is dueby" in done.stdout
    sent = [one for one in world.box.log.requests() if one.method != "GET" and one.path != "/oauth/tokens"]
    assert sent == []


@pytest.mark.parametrize("flavour", EVERY)
def test_ten_planted_faults_are_named_all_and_nothing_else(make: Make, flavour: Flavour) -> None:
    world, planted = make(flavour), PLANTED[flavour.name]
    for one in planted:
        one.plant(world)
    configure(world)
    command = [sys.executable, "-m", "worker.main", "sites", "check", "acme"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)  # noqa: S603  # our own
    (site,) = json.loads(done.stdout)
    told = [one for one in site["findings"] if one["verdict"] != "right"]
    assert len(planted) == 10
    assert sorted(map(str, map(place, told))) == sorted(map(str, map(expected_place, planted)))
    for one in planted:
        assert any(all(words in f"{each['found']} {each['todo']}" for words in one.says) for each in told), one.what
    assert done.returncode == 1
    faults = sum(not one.warning for one in planted)
    assert done.stderr == f"acme: {faults} faults. Put right what is named, then check again.\n"
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  # the same
    assert (shown.count("\N{BALLOT X} fault"), shown.count("! warning")) == (faults, 10 - faults)


@pytest.mark.parametrize(("flavour", "planted"), EACH)
def test_one_planted_fault_is_named_alone(make: Make, flavour: Flavour, planted: Planted) -> None:
    world = make(flavour)
    planted.plant(world)
    status, told = checked(world)
    assert [place(one) for one in told] == [expected_place(planted)]
    assert all(words in f"{told[0]['found']} {told[0]['todo']}" for words in planted.says)
    assert status == (0 if planted.warning else 1)


def _revoke(world: World) -> None:
    for user in world.box.site.users.values():
        user.token = user.bearer = "another"


MORE = [
    pytest.param(CLOUD, _revoke, "fault", ("refuses dueby's credentials", "API token"), id="a revoked token"),
    pytest.param(
        DATACENTER, _revoke, "fault", ("refuses dueby's credentials", "personal access token"), id="a revoked PAT"
    ),
    pytest.param(
        ZENDESK,
        lambda world: world.box.site.clients.clear(),
        "fault",
        ("no access token", "confidential"),
        id="an OAuth client that is gone",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.box.faults.add(path="/myself", status=403, times=None),
        "fault",
        ("may not do this", "a licence"),
        id="an account without a licence",
    ),
    pytest.param(
        CLOUD,
        lambda world: jira_of(world).set_rights("bot", ("browse", "silence")),
        "fault",
        ("may not edit tickets", "Edit Issues"),
        id="an account that may not edit",
    ),
    pytest.param(
        ZENDESK,
        lambda world: zendesk_of(world).set_role("bot", "end-user"),
        "fault",
        ("may not edit tickets", "administrator"),
        id="an end-user's account",
    ),
    pytest.param(
        ZENDESK,
        lambda world: setattr(world.box.site.users["bot"], "restriction", "groups"),
        "warning",
        ("sees only some tickets (groups)", "see all"),
        id="an account that sees some tickets only",
    ),
    pytest.param(
        CLOUD, lambda world: world.site.pop("fields"), "fault", ("no fields", "create-fields acme"), id="no fields"
    ),
    pytest.param(
        DATACENTER,
        lambda world: world.fields.pop("summary"),
        "fault",
        ("names no summary", "create-fields acme"),
        id="no field for the summary",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.mapping["match"].update(project=["DEV"]),
        "warning",
        ("no ticket there shows", "file a ticket in DEV"),
        id="a project without tickets",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.document.update(mappings=[]),
        "warning",
        ("no mapping looks at this site", "mappings apply"),
        id="no mappings",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.mapping.update(starts={"field": "customfield_1009"}),
        "fault",
        ("no field has this id", "customfield_10090 (Filed with vendor)"),
        id="a field that no site has",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.mapping.update(starts={"field": "Filed with vendor"}),
        "fault",
        ("no field has this id", "customfield_10090 (Filed with vendor)"),
        id="a field by its name",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.mapping["match"].update(organization=["Acmee"]),
        "fault",
        ("no such organization", "the nearest is Acme"),
        id="a misspelt organization of a service desk",
    ),
    pytest.param(
        ZENDESK,
        lambda world: world.mapping["match"].update(group=["Suport"]),
        "fault",
        ("no such group", "the nearest is Support"),
        id="a misspelt group",
    ),
    pytest.param(
        CLOUD,
        lambda world: (
            world.box.faults.add(path="/servicedeskapi/", status=404, times=None)
            and world.mapping["match"].update(request_type=["Get help"])
        ),
        "warning",
        ("request type, and the site does not tell",),
        id="request types that the site does not tell",
    ),
    pytest.param(
        CLOUD,
        lambda world: world.box.faults.add(path="/editmeta", status=500, times=None),
        "fault",
        ("failed on its own side",),
        id="a tracker that fails half way",
    ),
]


@pytest.mark.parametrize(("flavour", "plant", "verdict", "says"), MORE)
def test_what_is_not_right_is_named_alone(
    make: Make, flavour: Flavour, plant: Callable[[World], object], verdict: str, says: tuple[str, ...]
) -> None:
    world = make(flavour)
    plant(world)
    status, told = checked(world)
    assert [one["verdict"] for one in told] == [verdict]
    assert all(words in f"{told[0]['found']} {told[0]['todo']}" for words in says), told
    assert status == (verdict == "fault")


def test_a_field_that_some_forms_lack_is_a_warning_where_mappings_name_no_form(make: Make) -> None:
    world = make(ZENDESK)
    del world.mapping["match"]["form"]
    zendesk_of(world).off_form(360004, "Default form")
    status, (told,) = checked(world)
    assert (status, told["verdict"], told["field"]) == (0, "warning", "due_on")
    assert "Default form" in told["todo"]
    zendesk_of(world).off_form(360004, "Vendor case")
    status, (told,) = checked(world)
    assert (status, told["verdict"], told["field"]) == (1, "fault", "due_on")


def test_without_a_project_in_a_mapping_every_project_is_looked_at(make: Make) -> None:
    world = make(CLOUD)
    del world.mapping["match"]["project"]
    jira_of(world).create(project="DEV", by="alice")
    jira_of(world).off_screen("customfield_10102", "DEV")
    _, told = checked(world)
    assert [place(one) for one in told] == [("fault", "DEV", "summary", None)]


def test_a_screen_is_looked_at_for_each_issue_type_and_open_tickets_first(make: Make) -> None:
    world = make(CLOUD)
    world.box.create(fields={"issuetype": "Bug", "status": "Done"})
    opened = world.box.create(fields={"issuetype": "Bug"})
    configure(world)
    assert "edit screen of Service Request, Bug" in dueby("sites", "check", "acme").stdout.replace(
        "Bug, Service Request", "Service Request, Bug"
    )
    asked = [one.path for one in world.box.log.requests() if one.path.endswith("/editmeta")]
    assert sorted(asked) == sorted(f"/rest/api/2/issue/{issue}/editmeta" for issue in (world.ticket, opened))


def test_a_tracker_that_is_down_is_one_fault_and_the_others_are_checked(make: Make) -> None:
    world = make(CLOUD)
    world.others["gone"] = world.site | {"url": "http://127.0.0.1:9"}
    configure(world)
    done = dueby("sites", "check", "--json")
    told = {
        site["site"]: [one["code"] for one in site["findings"] if one["verdict"] == "fault"]
        for site in json.loads(done.stdout)
    }
    assert told == {"acme": [], "gone": ["unreachable"], "other": []}
    assert done.exit_code == 1


def test_mappings_that_cannot_be_read_are_told_and_the_site_is_checked(make: Make) -> None:
    world = make(CLOUD)
    configure(world)
    Path("dueby.yaml").write_text(json.dumps({"sites": {"other": world.others["other"]}}), encoding="utf-8")
    done = dueby("sites", "check", "other")
    assert done.exit_code == 1
    assert "mappings.0.site: no site 'acme'" in done.stderr
    assert "dueby's account is dueby" in done.stdout


def test_an_alerts_channel_that_is_not_there_is_said_and_is_no_fault(make: Make) -> None:
    world = make(CLOUD)
    configure(world)
    site = {**world.site, "rate": {"per_minute": 500}}
    told = json.dumps({"alerts": "ops", "sites": {"acme": site, **world.others}})
    Path("dueby.yaml").write_text(told, encoding="utf-8")
    done = dueby("sites", "check", "acme")
    assert done.stderr == "alerts: ops is no channel with a url in the mappings in force; add it.\n"
    assert done.exit_code == 0
    with reading(open_engine("sqlite:///dueby.db")) as conn:
        counted = conn.execute(text("SELECT count(*) FROM requests")).scalar_one()
    assert counted == len(world.box.log.requests()), "a check counts under the site's rate as well"


def test_a_site_that_is_not_configured_is_wrong_use(make: Make) -> None:
    configure(make(CLOUD))
    assert dueby("sites", "check", "acmee").exit_code == 2


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is absent")
@pytest.mark.parametrize("flavour", [pytest.param(CLOUD, id="cloud"), pytest.param(ZENDESK, id="zendesk")])
def test_every_request_of_a_check_is_one_that_the_documents_know(make: Make, flavour: Flavour) -> None:
    world = make(flavour)
    configure(world)
    dueby("sites", "check", "acme")
    seen = [one for one in world.box.log.requests() if covered(one.path)]
    for one in seen:
        check_request(SHARED / "specs", one.method, one.path, one.query)
    assert len(seen) >= 8


@pytest.mark.parametrize("words", [("sites",), ("sites", "check"), ("sites", "create-fields")], ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    done = dueby(*words, "--help")
    assert (done.exit_code, "Example:" in done.stdout) == (0, True)


def test_projects_and_organizations_are_known_to_the_last_page(make: Make) -> None:
    world = make(CLOUD)
    for number in range(120):
        jira_of(world).add_project(f"P{number}")
    options = jira_of(world).site.fields["customfield_10002"]
    options.options = tuple(Named(id=str(number), name=f"Customer {number}") for number in range(1, 121))
    jira_of(world).create(project="P119", by="alice")
    world.mapping["match"] = {"project": ["P119"], "organization": ["Customer 120"]}
    assert checked(world) == (0, [])


def test_lists_of_a_zendesk_are_known_to_the_last_page(make: Make) -> None:
    world = make(ZENDESK)
    for number in range(120):
        zendesk_of(world).add_group(f"Group {number}")
    world.mapping["match"]["group"] = ["Group 119"]
    assert checked(world) == (0, [])


ODD: tuple[Any, ...] = ({}, [{}], {"values": [{}, None]}, "text")


@pytest.mark.parametrize("flavour", EVERY)
def test_whatever_a_tracker_answers_is_told_and_never_a_crash(make: Make, flavour: Flavour) -> None:
    world = make(flavour)
    configure(world)
    dueby("sites", "check", "acme")
    paths = dict.fromkeys(one.path for one in world.box.log.requests())
    keys: dict[str, Any] = {path: {path.rpartition("/")[2]: [{}, None, 7]} for path in paths}
    for path in paths:
        for body in (*ODD, keys[path]):
            world.box.faults.clear()
            world.box.faults.add(path=f"^{path}$", status=200, body=body, times=None)
            done = dueby("sites", "check", "acme", "--json")
            (site,) = json.loads(done.stdout)
            assert site["findings"], (path, body)
            assert all(one["todo"] for one in site["findings"] if one["verdict"] != "right"), (path, body)
