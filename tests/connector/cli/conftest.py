"""A configured folder with two sites, commands run in it, and a sandbox Jira that they talk to."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from connector.cli.main import commands
from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.store.engine import open_engine
from connector.store.upgrade import upgrade

SITES = """
sites:
  acme:
    tracker: jira
    url: {url}
    deployment: cloud
    auth: {{user: bot@acme.example, token: sandbox-token}}
    timezone: Europe/Paris
    fields: {{due_at: customfield_10100, state: customfield_10101, summary: customfield_10102}}
  help:
    tracker: zendesk
    url: https://help.example
    auth: {{user: bot@acme.example, token: t}}
"""
MAPPINGS = """\
# who owes what
mappings:
  - name: okta-gold
    site: acme
    match: {project: [OKTA]}
    policy: okta-premier-success
    plan: gold
    customer: {timezone: America/New_York}
    levels: {Highest: 1, High: 2, Medium: 3, Low: 4}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [okta-support]}}]
  - name: help-desk
    site: help
    match: {tags: [vendor]}
    policy: credenti
    plan: {field: "360010", values: {Premium: premium}, default: basic}
    customer: {timezone: Europe/Paris, region: worldwide, holidays: FR}
    levels: {urgent: 1, high: 2, normal: 3, low: 4}
    owed_by: us
escalations:
  - name: desk
    steps: [{at: breach, notify: [team]}]
channels:
  - {name: team, url: "${TEAM_URL}"}
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder in which commands run."""

    folder: Path
    sandbox: JiraSandbox

    def run(self, *words: str) -> Result:
        """Run one command as a person would; its name comes first."""
        group = click.Group(commands={command.name or "": command for command in commands})
        return CliRunner().invoke(group, list(words), prog_name="dueby", catch_exceptions=False)

    def file(self, text: str, name: str = "mappings.yaml") -> str:
        """Write a file into the folder, return its name."""
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def store(self) -> Engine:
        """Open the folder's database, migrated."""
        engine = open_engine(f"sqlite:///{self.folder}/dueby.db")
        upgrade(engine)
        return engine


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Give a configured folder, the present one while the test runs."""
    for name in [name for name in os.environ if name.startswith(("DUEBY_", "DATABASE_", "REDIS_")) or name == "PORT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with serve(JiraSandbox("cloud")) as sandbox:
        sandbox.add_project("OKTA")
        (tmp_path / "dueby.yaml").write_text(SITES.format(url=sandbox.url), encoding="utf-8")
        made = Bench(tmp_path, sandbox)
        yield made
        made.store().dispose()


@pytest.fixture
def mappings_text() -> str:
    """Give a whole mappings file."""
    return MAPPINGS
