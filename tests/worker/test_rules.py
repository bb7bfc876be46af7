import os
from pathlib import Path

import pytest

from connector.store.engine import reading
from policies.faults import FaultsError
from policies.loader import VENDORS
from tests.worker.conftest import MAPPINGS, SITE, World
from worker.rules import Rules

SHIPPED = (VENDORS / "hosteur-ragnarokkr.yaml").read_text(encoding="utf-8")
OWN = SHIPPED.replace("id: hosteur-ragnarokkr", "id: our-own")


class Ticking:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "our policies"
    folder.mkdir()
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    return folder


def test_a_changed_file_is_read_within_seconds_and_names_another_set(folder: Path) -> None:
    ticking = Ticking()
    rules = Rules(folder, {"acme": SITE}, ticking)
    before = rules.versions()
    assert "our-own" in rules.policies()
    (folder / "own.yaml").write_text(OWN.replace("our-own", "our-new"), encoding="utf-8")
    assert "our-own" in rules.policies(), "files are not looked at each time"
    ticking.at = 2.0
    assert "our-new" in rules.policies()
    assert rules.versions() != before


def test_a_broken_file_keeps_the_last_good_set_in_force_and_says_so(folder: Path) -> None:
    ticking = Ticking()
    rules = Rules(folder, {"acme": SITE}, ticking)
    before = rules.versions()
    (folder / "own.yaml").write_text("id: [broken", encoding="utf-8")
    ticking.at = 2.0
    assert "our-own" in rules.policies()
    assert rules.versions() == before
    assert rules.trouble is not None
    assert "own.yaml" in rules.trouble
    (folder / "own.yaml").write_text(OWN + "\n", encoding="utf-8")
    ticking.at = 4.0
    rules.policies()
    assert rules.trouble is None


def test_a_folder_that_is_moved_away_keeps_the_last_good_set_in_force(folder: Path) -> None:
    ticking = Ticking()
    rules = Rules(folder, {"acme": SITE}, ticking)
    folder.rename(folder.with_name("away"))
    ticking.at = 2.0
    assert "our-own" in rules.policies()
    assert rules.trouble is not None


def test_a_change_that_keeps_size_and_time_of_writing_is_noticed(folder: Path) -> None:
    ticking = Ticking()
    rules = Rules(folder, {"acme": SITE}, ticking)
    file, written = folder / "own.yaml", (folder / "own.yaml").stat().st_mtime_ns
    file.write_text(OWN.replace("our-own", "our-new"), encoding="utf-8")
    os.utime(file, ns=(written, written))
    ticking.at = 2.0
    assert "our-new" in rules.policies()


def test_a_start_with_a_broken_file_is_refused(folder: Path) -> None:
    (folder / "own.yaml").write_text("id: [broken", encoding="utf-8")
    with pytest.raises(FaultsError):
        Rules(folder, {"acme": SITE})


def test_a_new_version_of_the_mappings_is_noticed_at_once(world: World) -> None:
    rules = Rules(None, {"acme": SITE})
    with reading(world.engine) as conn:
        assert [spec.name for spec in rules.in_force(conn).mappings.mappings] == ["hosteur"]
    world.apply(MAPPINGS.replace("name: hosteur", "name: renamed"))
    with reading(world.engine) as conn:
        in_force = rules.in_force(conn)
    assert ([spec.name for spec in in_force.mappings.mappings], in_force.mappings.version) == (["renamed"], 2)
    assert "hosteur" in in_force.first_applied


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(OWN.replace("standard:", "basic:"), id="its plan has another name"),
        pytest.param(OWN.replace("our-own", "our-new"), id="it has another id"),
    ],
)
def test_a_policy_that_no_longer_fits_the_mappings_does_not_come_into_force_without_them(
    world: World, folder: Path, text: str
) -> None:
    world.apply(MAPPINGS.replace("hosteur-ragnarokkr", "our-own"))
    ticking = Ticking()
    rules = Rules(folder, {"acme": SITE}, ticking)
    with reading(world.engine) as conn:
        before = rules.in_force(conn)
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    ticking.at = 2.0
    with reading(world.engine) as conn:
        assert rules.in_force(conn) is before, "tickets would lose their promise and have their fields emptied"
    assert rules.trouble is not None
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    ticking.at = 4.0
    with reading(world.engine) as conn:
        rules.in_force(conn)
    assert rules.trouble is None


def test_mappings_that_were_never_good_are_refused_each_time(world: World) -> None:
    rules = Rules(None, {})  # the mapping's site is not configured
    for _ in range(2):
        with reading(world.engine) as conn, pytest.raises(FaultsError, match="acme"):
            rules.in_force(conn)
    assert rules.trouble is not None
