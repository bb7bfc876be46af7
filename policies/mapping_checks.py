"""What the schema of a mapping cannot see: names that must exist elsewhere, and keys that must fit together."""

from collections.abc import Iterator

from policies.faults import Fault
from policies.mapping_places import HOLIDAY_CODES, Known, Place, holiday_code_exists, one_of, zone_faults
from policies.mapping_schema import ByComment
from policies.mapping_schema import Mapping as MappingSpec
from policies.mapping_values import FromField, FromRequester, FromTags
from policies.schema import Policy

_MATCH_KEYS = {
    "jira": ("project", "issue_type", "labels", "components", "request_type", "organization"),
    "zendesk": ("brand", "group", "form", "organization", "tags"),
}
_DIRECTORY = "directory"


def mapping_faults(spec: MappingSpec, place: Place, known: Known) -> Iterator[Fault]:
    """Find a mapping's faults against the sites, the policies and the escalations."""
    tracker = known.trackers.get(spec.site)
    if tracker is None:
        yield place.fault("site", f"no site {spec.site!r}", one_of(known.trackers))
    else:
        yield from _match_faults(spec, place, tracker)
    policy = known.policies.get(spec.policy)
    if policy is None:
        yield place.fault("policy", f"no policy {spec.policy!r}", one_of(known.policies))
    else:
        yield from _policy_faults(spec, place, policy)
    yield from _answer_faults(spec, place)
    for key, zone in _constants("customer.timezone", spec.customer.timezone):
        if zone != "requester" or key != "customer.timezone":
            yield from zone_faults(zone, place, key)
    if spec.plan == _DIRECTORY and spec.customer.directory is None:
        yield place.fault("plan", "directory without a directory", "customer: {directory: organization}")
    if spec.escalation is not None and spec.escalation not in known.escalations:
        yield place.fault("escalation", f"no escalation {spec.escalation!r}", one_of(known.escalations))


def _match_faults(spec: MappingSpec, place: Place, tracker: str) -> Iterator[Fault]:
    keys = _MATCH_KEYS[tracker]
    for key in spec.match:
        if key not in keys and not (key.startswith("field:") and len(key) > len("field:")):
            yield place.fault(f"match.{key}", "unknown key", f"one of {', '.join(keys)}, field:<id>")
    wrong = "tags" if tracker == "jira" else "labels"
    for name, choice in spec.attributes.items():
        if isinstance(choice, FromTags) and getattr(choice, wrong) is not None:
            right = "labels" if tracker == "jira" else "tags"
            yield place.fault(f"attributes.{name}.{wrong}", f"{tracker} has no {wrong}", right)


def _policy_faults(spec: MappingSpec, place: Place, policy: Policy) -> Iterator[Fault]:
    plans = list(policy.plans)
    chosen = [("plan", spec.plan)] if isinstance(spec.plan, str) and spec.plan != _DIRECTORY else []
    if isinstance(spec.plan, FromField):
        chosen = [(f"plan.values.{key}", plan) for key, plan in spec.plan.values.items()]
        chosen += [("plan.default", spec.plan.default)] if spec.plan.default else []
    for where, plan in chosen:
        if plan not in plans:
            yield place.fault(f"{where}", f"{policy.id} has no plan {plan!r}", one_of(plans))
    levels = [str(level) for level in policy.levels]
    for key, level in spec.levels.items():
        if str(level) not in levels:
            yield place.fault(f"levels.{key}", f"{policy.id} has no level {level}", one_of(levels))
    yield from _reading_faults(spec, place, policy)
    yield from _context_faults(spec, place, policy)


def _reading_faults(spec: MappingSpec, place: Place, policy: Policy) -> Iterator[Fault]:
    clause_of = policy.clause_of_readings()
    seen: dict[str, str] = {}
    for index, name in enumerate(spec.readings):
        where = f"readings.{index}"
        if name not in clause_of:
            yield place.fault(where, f"{policy.id} has no reading {name!r}", one_of(clause_of))
        elif clause_of[name] in seen:
            yield place.fault(where, f"{name!r} reads the same clause as {seen[clause_of[name]]!r}", "one of the two")
        else:
            seen[clause_of[name]] = name


def _context_faults(spec: MappingSpec, place: Place, policy: Policy) -> Iterator[Fault]:
    regions = policy.regions()
    for key, region in _constants("customer.region", spec.customer.region):
        if regions and region not in regions:
            yield place.fault(key, f"{policy.id} has no region {region!r}", one_of(regions))
    for key, code in _constants("customer.holidays", spec.customer.holidays):
        if not holiday_code_exists(code):
            yield place.fault(key, f"unknown code {code!r}", HOLIDAY_CODES)


def _constants(key: str, choice: str | FromField | FromRequester | None) -> Iterator[tuple[str, str]]:
    """Yield every value that the file itself gives for a choice, with its key path."""
    if isinstance(choice, str):
        yield key, choice
    if isinstance(choice, (FromField, FromRequester)) and choice.default:
        yield f"{key}.default", choice.default
    if isinstance(choice, FromField):
        yield from ((f"{key}.values.{held}", value) for held, value in choice.values.items())


def _answer_faults(spec: MappingSpec, place: Place) -> Iterator[Fault]:
    if spec.owed_by == "us":
        return
    if spec.answered_by is None:
        yield place.fault("answered_by", "missing", "what shows the vendor's answer, as owed_by is vendor")
    for index, answer in enumerate(spec.answered_by or ()):
        if isinstance(answer, ByComment) and answer.public_comment == "agents":
            where = f"answered_by.{index}.public_comment"
            problem = "our own agents cannot give the vendor's answer"
            yield place.fault(where, problem, "the vendor's accounts or domains")
