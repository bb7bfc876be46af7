"""Which open tickets a change of the mappings file touches."""

from collections.abc import Mapping

import pytest

from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings
from policies.schema import Policy
from policies.touched import Touched, touched_by, under_policies

FILE = """\
mappings:
  - name: gold
    site: acme
    match: {project: [OKTA]}
    policy: okta-premier-success
    plan: gold
    levels: {High: 1}
    owed_by: us
    escalation: desk
  - name: cloud
    site: acme
    match: {project: [CT]}
    policy: cloudtalk
    plan: basic
    levels: {High: 1}
    owed_by: us
  - name: listed
    site: help
    match: {tags: [vendor]}
    policy: credenti
    plan: directory
    customer: {directory: organization}
    levels: {high: 1}
    owed_by: us
customers:
  - {name: Acme, match: {organization: [Acme]}, timezone: Europe/Paris, plans: {credenti: basic}}
escalations:
  - name: desk
    steps: [{at: breach, notify: [team]}]
  - name: spare
    steps: [{at: breach, notify: [team]}]
channels:
  - {name: team, url: "json://127.0.0.1/a"}
"""
NEW = """\
  - name: new
    site: acme
    match: {project: [NEW]}
    policy: cloudtalk
    plan: basic
    levels: {High: 1}
    owed_by: us
"""


class _Site:
    def __init__(self, tracker: str) -> None:
        self.tracker = tracker


@pytest.fixture(scope="module")
def policies() -> Mapping[str, Policy]:
    return load_policies(None)


def _read(text: str, policies: Mapping[str, Policy]) -> Mappings:
    return read_mappings(text, "mappings.yaml", policies, {"acme": _Site("jira"), "help": _Site("zendesk")})


def _moved(text: str) -> str:
    head, gold, cloud, rest = text.split("  - name: ", 3)
    return f"{head}  - name: {cloud}  - name: {gold}  - name: {rest}"


def _sites(*names: str) -> Touched:
    return Touched(sites=frozenset(names))


def _mappings(*names: str) -> Touched:
    return Touched(mappings=frozenset(names))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda text: text, Touched(), id="nothing"),
        pytest.param(lambda text: "# a word more\n" + text, Touched(), id="a comment"),
        pytest.param(lambda text: text.replace("plan: gold", "plan: basic"), _mappings("gold"), id="a plan"),
        pytest.param(
            lambda text: text.replace("[CT]", "[CT, CX]"),
            Touched(frozenset({"acme"}), frozenset({"cloud"})),
            id="match",
        ),
        pytest.param(
            lambda text: text.replace("customers:", f"{NEW}customers:"),
            Touched(frozenset({"acme"}), frozenset({"new"})),
            id="a new mapping may win any ticket of its site",
        ),
        pytest.param(_moved, _sites("acme"), id="another order"),
        pytest.param(
            lambda text: text.replace("at: breach", "at: 50%", 1), _mappings("gold"), id="the escalation in use"
        ),
        pytest.param(
            lambda text: text.replace("at: breach, notify: [team]}]\nchannels", "at: 50%, notify: [team]}]\nchannels"),
            Touched(),
            id="an escalation that nobody uses",
        ),
        pytest.param(lambda text: text.replace("basic}}", "premium}}"), _mappings("listed"), id="the directory"),
        pytest.param(lambda text: text.replace("127.0.0.1/a", "127.0.0.1/b"), Touched(), id="a channel's address"),
    ],
)
def test_a_change_touches_what_may_come_out_otherwise(
    change: object, expected: Touched, policies: Mapping[str, Policy]
) -> None:
    assert callable(change)
    assert touched_by(_read(FILE, policies), _read(change(FILE), policies)) == expected


def test_a_mapping_that_is_gone_touches_its_site(policies: Mapping[str, Policy]) -> None:
    start, end = FILE.index("  - name: cloud"), FILE.index("  - name: listed")
    assert touched_by(_read(FILE, policies), _read(FILE[:start] + FILE[end:], policies)) == _sites("acme")


def test_a_first_file_touches_every_site_that_it_names(policies: Mapping[str, Policy]) -> None:
    assert touched_by(Mappings(), _read(FILE, policies)).sites == {"acme", "help"}


def test_a_policy_touches_the_mappings_on_it(policies: Mapping[str, Policy]) -> None:
    assert under_policies(_read(FILE, policies), {"cloudtalk", "credenti"}) == _mappings("cloud", "listed")
