"""`dueby sites create-fields`: creates what is missing, once, and its block makes a ticket's fields fill."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from json import dumps, loads
from os import environ
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from connector.cli.main import commands
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.settings import load_settings
from connector.store.agenda import wake
from connector.store.engine import open_engine, writing
from connector.trackers.port import Rank
from policies.model import TicketRef
from policies.yaml12 import read_yaml
from tests.conftest import SHARED
from tests.connector.cli.preflights import STATES, World, right_world
from tests.openapi_check import check_request, covered
from tests.scenarios.desk import deps_for
from tests.scenarios.flavours import CLOUD, FLAVOURS, ZENDESK, Flavour
from worker.sync import sync

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TITLES = {
    "due_at": "Vendor answer due",
    "due_on": "Vendor answer due on",
    "state": "Vendor answer state",
    "summary": "Vendor answer summary",
}
KINDS = {
    "jira": {"due_at": "datetime", "due_on": "datepicker", "state": "readonlyfield", "summary": "readonlyfield"},
    "zendesk": {"due_at": "regexp", "due_on": "date", "state": "tagger", "summary": "text"},
}
EVERY = [pytest.param(flavour, id=flavour.name) for flavour in FLAVOURS]


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in environ if name.startswith(("DUEBY_", "DATABASE_", "REDIS_")) or name == "PORT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@contextmanager
def bare(flavour: Flavour) -> Iterator[World]:
    """Serve a site that has none of dueby's fields, and configure it without any."""
    world = right_world(flavour, lambda: NOW, lambda _: "")
    with serve(world.box) as box:
        world.site["url"] = box.url
        box.site.fields = {key: one for key, one in box.site.fields.items() if called(one) not in TITLES.values()}
        del world.site["fields"]
        configure(world)
        yield world


def configure(world: World) -> None:
    Path("dueby.yaml").write_text(dumps({"sites": {"acme": world.site}}), encoding="utf-8")
    Path("mappings.yaml").write_text(dumps(world.document), encoding="utf-8")


def dueby(*words: str) -> Result:
    group = click.Group(commands={command.name or "": command for command in commands})
    return CliRunner().invoke(group, list(words), prog_name="dueby", catch_exceptions=False)


def called(field: Any) -> str:
    return str(getattr(field, "title", "") or field.name)


def kinds_of(world: World) -> dict[str, str]:
    """Give the types of dueby's fields on the sandbox by contract name."""
    fields = world.box.site.fields.values()
    return {
        name: getattr(one, "kind", "") or one.type
        for name, title in TITLES.items()
        for one in fields
        if called(one) == title
    }


@pytest.mark.parametrize("flavour", EVERY)
def test_the_block_pasted_into_the_configuration_makes_a_ticket_fill(flavour: Flavour) -> None:
    with bare(flavour) as world:
        assert dueby("mappings", "apply", "mappings.yaml").exit_code == 0
        done = dueby("sites", "create-fields", "acme", "--with-due-on")
        assert (done.exit_code, done.stderr) == (0, "")
        assert kinds_of(world) == KINDS[flavour.tracker]
        pasted = read_yaml(done.stdout, "output")
        assert set(pasted["fields"]) == set(TITLES)
        assert ("SUP" if flavour.tracker == "jira" else "Vendor case") in done.stdout
        world.site |= pasted
        configure(world)
        if flavour.tracker == "jira":  # what is left to do by hand
            assert "customfield" in done.stdout
            for field in pasted["fields"].values():
                world.box.on_screen(field, "SUP")
        held = filled(world, flavour)
    assert held["due_at"].removesuffix(".000+0000").removesuffix("Z") == "2026-11-24T12:30:00"
    assert held["due_on"] == "2026-11-24"
    assert held["state"] == ("dueby_running" if flavour.tracker == "zendesk" else "running")
    assert held["summary"].startswith("Okta gold, level 1: 30 min")


def filled(world: World, flavour: Flavour) -> dict[str, Any]:
    """File a ticket that the vendor owes an answer within 30 minutes, sync it as a worker does, read its fields."""
    where = {"brand": "Acme Help", "form": "Vendor case"} if flavour.tracker == "zendesk" else {}
    urgent, plan = flavour.priorities["urgent"], flavour.words["plan"]
    ticket = world.box.create(at=NOW, fields={"priority": urgent, plan: "Gold", **where})
    settings = load_settings(environ, Path.cwd())
    engine = open_engine(settings.database_url)
    ref = TicketRef("acme", ticket)
    with writing(engine) as conn:
        wake(conn, ref, Rank.URGENT, "test", NOW)
    assert sync(ref, deps_for(settings.sites["acme"], engine, lambda: NOW)) is not None
    engine.dispose()
    shown = world.box.ticket(ticket)
    held = shown["fields"]
    held = {str(one["id"]): one["value"] for one in held} if isinstance(held, list) else held
    return {name: held[field] for name, field in settings.sites["acme"].fields.items()}


@pytest.mark.parametrize("flavour", EVERY)
def test_a_second_run_creates_nothing_and_gives_the_same_block(flavour: Flavour) -> None:
    with bare(flavour) as world:
        first = dueby("sites", "create-fields", "acme")
        there = list(world.box.site.fields)
        second = dueby("sites", "create-fields", "acme")
        assert list(world.box.site.fields) == there
    assert read_yaml(first.stdout, "output") == read_yaml(second.stdout, "output")
    assert set(read_yaml(first.stdout, "output")["fields"]) == {"due_at", "state", "summary"}
    assert first.stdout.count("was created as") == second.stdout.count("is there already as") == 3


@pytest.mark.parametrize("flavour", EVERY)
def test_a_dry_run_says_what_would_be_created_and_creates_nothing(flavour: Flavour) -> None:
    with bare(flavour) as world:
        there = list(world.box.site.fields)
        done = dueby("sites", "create-fields", "acme", "--with-due-on", "--dry-run")
        assert list(world.box.site.fields) == there
    kinds = KINDS[flavour.tracker]
    assert done.stdout.splitlines() == [
        f"# {name}: '{TITLES[name]}' of type {kinds[name]} would be created"
        for name in ("due_at", "due_on", "state", "summary")
    ]


@pytest.mark.parametrize("flavour", EVERY)
def test_configured_fields_stay_and_only_the_wrong_one_is_replaced(flavour: Flavour) -> None:
    with bare(flavour) as world:
        block = read_yaml(dueby("sites", "create-fields", "acme").stdout, "output")["fields"]
        wrong = flavour.words["plan"]
        world.site["fields"] = block | {"summary": wrong}
        configure(world)
        done = dueby("sites", "create-fields", "acme")
    assert read_yaml(done.stdout, "output")["fields"] == block
    assert done.stdout.count("is configured as") == 2


def test_the_state_of_a_zendesk_can_be_any_state() -> None:
    with bare(ZENDESK) as world:
        dueby("sites", "create-fields", "acme")
        (state,) = [one for one in world.box.site.fields.values() if one.title == TITLES["state"]]
        (due_at,) = [one for one in world.box.site.fields.values() if one.title == TITLES["due_at"]]
    assert {tag for _, tag in state.options} == {f"dueby_{one}" for one in STATES}
    assert due_at.pattern == r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$"  # as the README has it


@pytest.mark.parametrize("flavour", EVERY)
def test_two_fields_of_the_same_name_are_for_a_person_to_tell_apart(flavour: Flavour) -> None:
    with bare(flavour) as world:
        kind = KINDS[flavour.tracker]["summary"]
        ids: tuple[Any, Any] = ("customfield_777", "customfield_778") if flavour.tracker == "jira" else (777, 778)
        for field in ids:
            world.box.add_field(field, TITLES["summary"], kind)
        there = list(world.box.site.fields)
        done = dueby("sites", "create-fields", "acme")
        assert list(world.box.site.fields) == there
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{ids[0]} and {ids[1]} are both called 'Vendor answer summary'" in done.stderr
    assert "fields.summary" in done.stderr


@pytest.mark.parametrize("flavour", EVERY)
def test_without_the_right_to_it_nothing_is_created_and_one_line_says_what_to_do(flavour: Flavour) -> None:
    with bare(flavour) as world:
        if isinstance(world.box, ZendeskSandbox):
            world.box.set_role("bot", "agent")
        else:
            world.box.set_rights("bot", ("browse", "edit", "silence"))
        there = list(world.box.site.fields)
        done = dueby("sites", "create-fields", "acme")
        assert list(world.box.site.fields) == there
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "administrator" in done.stderr
    assert "by hand" in done.stderr


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is absent")
@pytest.mark.parametrize("flavour", [pytest.param(CLOUD, id="cloud"), pytest.param(ZENDESK, id="zendesk")])
def test_every_request_is_one_that_the_documents_know(flavour: Flavour) -> None:
    with bare(flavour) as world:
        dueby("sites", "create-fields", "acme", "--with-due-on")
        seen = [one for one in world.box.log.requests() if covered(one.path)]
    for one in seen:
        check_request(SHARED / "specs", one.method, one.path, one.query, loads(one.body) if one.body else None)
    assert sum(one.method == "POST" for one in seen) == 4
