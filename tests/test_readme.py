"""The README's examples are read by the code that they are written for."""

import re
import textwrap
from pathlib import Path

from connector.settings import load_settings
from policies.loader import load_policies
from policies.mapping import read_mappings

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SECRETS = ("JIRA_TOKEN", "JIRA_PAT", "JIRA_WEBHOOK_SECRET", "ZENDESK_SECRET", "ZENDESK_WEBHOOK_SECRET")


def blocks(beginning: str) -> list[str]:
    found = [textwrap.dedent(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    return [block for block in found if block.startswith(beginning)]


def test_its_configurations_are_read(tmp_path: Path) -> None:
    sites = blocks("sites:")
    assert len(sites) == 2
    (tmp_path / "dueby.yaml").write_text("sites:\n" + "".join(block.removeprefix("sites:\n") for block in sites))
    settings = load_settings(dict.fromkeys(SECRETS, "a-secret"), tmp_path)
    assert {site.tracker for site in settings.sites.values()} == {"jira", "zendesk"}


def test_its_mappings_are_read(tmp_path: Path) -> None:
    (tmp_path / "dueby.yaml").write_text(blocks("sites:")[0])
    settings = load_settings(dict.fromkeys(SECRETS, "a-secret"), tmp_path)
    (text,) = blocks("mappings:")
    (mapping,) = read_mappings(text, "mappings.yaml", load_policies(None), settings.sites).mappings
    assert (mapping.policy, mapping.plan) == ("okta-premier-success", "gold")


def test_its_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^make ([a-z]+)", README, re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
