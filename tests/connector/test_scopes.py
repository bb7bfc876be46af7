"""What mappings look at: projects for the tracker's own query, and traits that a list of tickets tells."""

from collections.abc import Mapping

import pytest

from connector.scopes import may_match, newly_matched, scope_of, scopes_of
from connector.trackers.port import Scope
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import FieldValue

ENTRY = """\
  - {{name: {name}, site: {site}, match: {{{match}}}, policy: credenti, plan: {plan}, levels: {{High: 1}}, owed_by: us}}
"""


def entry(name: str = "one", match: str = "project: [SUP]", site: str = "acme", plan: str = "basic") -> str:
    return ENTRY.format(name=name, site=site, match=match, plan=plan)


def file(*entries: str) -> str:
    return "mappings:\n" + "".join(entries) if entries else "mappings: []\n"


def spec(match: Mapping[str, tuple[str, ...]], site: str = "acme") -> MappingSpec:
    words = {key: list(values) for key, values in match.items()}
    about = {"policy": "p", "plan": "q", "levels": {"High": 1}, "owed_by": "us"}
    return MappingSpec.model_validate({"name": "one", "site": site, "match": words, **about})


@pytest.mark.parametrize(
    ("matches", "projects"),
    [
        pytest.param([{"project": ("B", "A")}], ("A", "B"), id="one mapping's projects"),
        pytest.param([{"project": ("A",)}, {"project": ("B", "A")}], ("A", "B"), id="two mappings', each once"),
        pytest.param([{"project": ("A",)}, {"labels": ("x",)}], None, id="one that names none looks at all"),
        pytest.param([{}], None, id="one that matches everything"),
    ],
)
def test_a_scope_is_what_some_mapping_looks_at(
    matches: list[dict[str, tuple[str, ...]]], projects: tuple[str, ...] | None
) -> None:
    assert scope_of(spec(match) for match in matches) == Scope(projects)


def test_each_site_has_its_own_scope() -> None:
    found = scopes_of([spec({"project": ("A",)}), spec({}, site="help")])
    assert found == {"acme": Scope(("A",)), "help": Scope()}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({}, True, id="nothing is told"),
        pytest.param({"brand": (("Acme Help", "72"),)}, True, id="the brand fits, the tags may be any"),
        pytest.param({"brand": (("acme help", "72"),)}, True, id="without case"),
        pytest.param({"brand": (("Other", "73"),)}, False, id="another brand"),
        pytest.param({"brand": ()}, False, id="no brand at all"),
        pytest.param(
            {"brand": (("Acme Help", "72"),), "tags": (("mobile",),)}, False, id="the brand fits, no tag does"
        ),
        pytest.param({"tags": (("mobile",), ("vip",))}, True, id="one of several tags"),
        pytest.param({"group": (("Tier 1",),)}, True, id="what no mapping asks for"),
    ],
)
def test_only_what_no_mapping_can_match_is_left_out(told: Mapping[str, FieldValue], expected: bool) -> None:
    assert may_match(told, [spec({"brand": ("Acme Help",), "tags": ("vip", "gold")})]) is expected


def test_of_several_mappings_one_is_enough() -> None:
    specs = [spec({"brand": ("One",)}), spec({"brand": ("Two",)})]
    assert may_match({"brand": (("Two",),)}, specs)
    assert not may_match({"brand": (("Two",),)}, [])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, file(entry()), {"acme": Scope(("SUP",))}, id="the first file"),
        pytest.param(file(entry()), file(entry()), {}, id="nothing new"),
        pytest.param(file(entry()), file(entry(plan="premium")), {}, id="another plan matches the same tickets"),
        pytest.param(
            file(entry()), file(entry(), entry("two", "project: [NEW]")), {"acme": Scope(("NEW",))}, id="one more"
        ),
        pytest.param(
            file(entry()),
            file(entry(match="project: [SUP, NEW]")),
            {"acme": Scope(("NEW", "SUP"))},
            id="it matches more",
        ),
        pytest.param(file(entry()), file(entry(site="help")), {"help": Scope(("SUP",))}, id="another site"),
        pytest.param(file(entry()), file(), {}, id="one less"),
        pytest.param("colour: red", file(entry()), {"acme": Scope(("SUP",))}, id="a file that can't be read any more"),
        pytest.param(file(entry("a"), entry("b")), file(entry("b"), entry("a")), {}, id="another order"),
    ],
)
def test_only_mappings_that_match_otherwise_have_tickets_to_find(
    before: str | None, after: str, expected: Mapping[str, Scope]
) -> None:
    assert newly_matched(before, after) == expected
