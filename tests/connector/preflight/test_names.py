"""Names in mappings: which are taken for known on the site, and the nearest one to a wrong one."""

from typing import Any

import pytest

from connector.preflight.names import name_findings, nearest
from connector.preflight.preflight import checked_scope
from connector.preflight.used import Used, names_used
from connector.trackers.port import Catalogue, Scope
from policies.mapping_schema import Mapping as MappingSpec

LEAST = {
    "name": "okta",
    "site": "acme",
    "match": {},
    "policy": "okta-premier-success",
    "plan": "gold",
    "levels": {"High": 2},
    "owed_by": "us",
}
PRIORITIES = (("Highest", "1"), ("High", "2"), ("Medium", "3"), ("Low", "4"), ("Lowest", "5"))


def spec(**changed: Any) -> MappingSpec:
    return MappingSpec.model_validate(LEAST | changed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hihg", "High", id="two letters swapped"),
        pytest.param("highest!", "Highest", id="another case and a sign too many"),
        pytest.param("Meduim", "Medium", id="swapped in the middle"),
        pytest.param("Lwo", "Low", id="a short one"),
        pytest.param("LOWST", "Lowest", id="a letter missing"),
    ],
)
def test_the_nearest_name_is_the_one_a_person_meant(text: str, expected: str) -> None:
    assert (nearest(text, PRIORITIES) or ("none",))[0] == expected


def test_a_name_is_near_by_any_of_its_spellings() -> None:
    assert nearest("Suport desk", (("OKTA", "Okta desk", "1"), ("SUP", "Support desk", "2"))) == (
        "SUP",
        "Support desk",
        "2",
    )


def test_nothing_is_near_where_there_is_nothing() -> None:
    assert nearest("High", ()) is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(
            {"match": {"project": ["OKTA", "SUP"], "labels": ["a"], "tags": ["b"], "components": ["c"]}},
            [("project", "OKTA", "match.project"), ("project", "SUP", "match.project")],
            id="every project, and no label, tag or component",
        ),
        pytest.param({"match": {"field:360010": ["Gold"]}}, [("field", "360010", "match.field:360010")], id="a field"),
        pytest.param(
            {"plan": {"field": "f1", "default": "gold"}}, [("field", "f1", "plan.field")], id="the plan's field"
        ),
        pytest.param(
            {"customer": {"timezone": {"field": "f1"}, "region": {"field": "f2"}, "holidays": {"field": "f3"}}},
            [
                ("field", "f1", "customer.timezone.field"),
                ("field", "f2", "customer.region.field"),
                ("field", "f3", "customer.holidays.field"),
            ],
            id="the customer's fields",
        ),
        pytest.param(
            {"attributes": {"environment": {"field": "f1"}, "technology": {"labels": ["dotnet"]}}},
            [("field", "f1", "attributes.environment.field")],
            id="attributes from a field, and none from labels",
        ),
        pytest.param({"starts": {"field": "f1"}}, [("field", "f1", "starts.field")], id="the start's field"),
        pytest.param(
            {"answered_by": [{"public_comment": "agents"}, {"field": "f1"}, {"status": ["Done"]}]},
            [("field", "f1", "answered_by.1.field"), ("status", "Done", "answered_by.2.status")],
            id="answers by field and by status",
        ),
        pytest.param(
            {"paused_by": {"status": ["Waiting"]}}, [("status", "Waiting", "paused_by.status")], id="what pauses"
        ),
    ],
)
def test_each_name_of_a_mapping_has_its_kind_and_key_path(
    changed: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = {(one.kind, one.text, one.path, one.mapping) for one in names_used(3, spec(**changed))}
    priority = ("priority", "High", "mappings.3.levels.High", "okta")
    assert found == {priority, *((kind, text, f"mappings.3.{key}", "okta") for kind, text, key in expected)}


def test_levels_are_values_of_the_level_field_where_there_is_one() -> None:
    (found,) = names_used(0, spec(level_field="f1"))
    assert found == Used("field", "f1", "mappings.0.level_field", "okta")


@pytest.mark.parametrize("text", ["SUP", "sup", "Support", "10001"], ids=["key", "case", "name", "id"])
def test_a_name_counts_by_any_spelling_as_it_does_for_tickets(text: str) -> None:
    catalogue = Catalogue({"project": (("SUP", "Support", "10001"),)})
    used = [Used("project", text, "mappings.0.match.project", "okta")]
    assert [one.code for one in name_findings(used, catalogue, lambda _: [])] == ["names"]


@pytest.mark.parametrize(
    ("projects", "expected"),
    [
        pytest.param([["OKTA"], ["SUP", "OKTA"]], ("OKTA", "SUP"), id="each project once"),
        pytest.param([["OKTA"], None], None, id="all, as one mapping names none"),
        pytest.param([], (), id="none, as there are no mappings"),
    ],
)
def test_what_a_sites_mappings_look_at(projects: list[list[str] | None], expected: tuple[str, ...] | None) -> None:
    specs = [spec(match={"project": names} if names else {"labels": ["a"]}) for names in projects]
    assert checked_scope(tuple(enumerate(specs))) == Scope(expected)
