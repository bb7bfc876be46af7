"""The files in docs/operation name commands and settings that exist; `make lint` checks their grammar."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from worker.main import cli
from worker.runner import procfile, read_procfile

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "operation"
SETTINGS = {"DUEBY_CONFIG", "DATABASE_URL", "REDIS_URL", "PORT", "DUEBY_BIND", "DUEBY_DATA", "DUEBY_WORKERS"}
THE_ADMINS_OWN = {"JIRA_TOKEN", "JIRA_WEBHOOK_SECRET", "PATH"}


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(_text("compose.yaml"))  # not ours: it knows the merging of YAML 1.1
    return parsed


def _ours() -> dict[str, Any]:
    return {name: one for name, one in _compose()["services"].items() if one["image"] == "dueby"}


def _exists(words: list[str]) -> bool:
    command: click.Command | None = cli
    for word in words:
        context = click.Context(command) if command else None
        command = command.get_command(context, word) if isinstance(command, click.Group) and context else None
        loads = getattr(command, "load", None)
        command = loads() if loads else command
    return command is not None


def _commands() -> list[tuple[str, list[str]]]:
    units = [(name, _text(name)) for name in ("dueby.service", "dueby@.service")]
    started = [
        (name, words.replace("%i", kind).split())
        for name, text in units
        for words in re.findall(r"^ExecStart(?:Pre)?=/opt/dueby/bin/dueby (.+)$", text, re.MULTILINE)
        for kind in (("web", "worker", "timekeeper", "notifier") if "%i" in words else ("",))
    ]
    in_procfile = [("Procfile", words[words.index("dueby") + 1 :]) for _, words in read_procfile(_text("Procfile"))]
    in_compose = [("compose.yaml", one["command"]) for one in _ours().values()]
    return [*started, *in_procfile, *in_compose]


@pytest.mark.parametrize(("file", "words"), _commands())
def test_each_command_exists(file: str, words: list[str]) -> None:
    assert words
    assert _exists(words), f"{file}: dueby {' '.join(words)}"


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert not _exists(["sing"])
    assert not _exists(["db", "sing"])


def test_the_same_processes_run_everywhere() -> None:
    ours = {name for name, _ in read_procfile(procfile().read_text(encoding="utf-8"))}
    assert {name for name, _ in read_procfile(_text("Procfile"))} == {*ours, "release"}
    assert set(_ours()) == {*ours, "migrate"}
    (enabled,) = re.findall(r"enable --now (.+)$", _text("dueby@.service"), re.MULTILINE)
    assert set(enabled.split()) == {f"dueby@{name}" for name in ours}


def _names() -> set[str]:
    units = _text("dueby.service") + _text("dueby@.service")
    lines = re.findall(r"^Environment=(.+)$", units, re.MULTILINE)
    in_units = {word.partition("=")[0] for line in lines for word in line.split()}
    in_image = set(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=", _text("Dockerfile"), re.MULTILINE))
    in_procfile = set(re.findall(r"\b([A-Z_]+)=", _text("Procfile")))
    in_compose = {name for one in _ours().values() for name in one["environment"]}
    assert in_units
    assert in_image
    assert in_procfile
    assert in_compose
    return in_units | in_image | in_procfile | in_compose


def test_each_setting_exists() -> None:
    assert {name.removesuffix("_FILE") for name in _names()} - SETTINGS - THE_ADMINS_OWN == set()


def test_each_secret_is_a_file_that_compose_hands_over() -> None:
    secrets = set(_compose()["secrets"])
    for one in _ours().values():
        named = {Path(value).name for name, value in one["environment"].items() if name.endswith("_FILE")}
        assert named == set(one["secrets"])
        assert named <= secrets
