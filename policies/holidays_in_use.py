"""The holiday codes that mappings and their policies name, and how far the data of each goes."""

from collections.abc import Iterator, Mapping

from policies.errors import CalendarError
from policies.holiday_days import NO_HOLIDAYS, last_known_year
from policies.mapping import Mappings
from policies.mapping_values import FromField
from policies.schema import Policy
from policies.schema_time import CUSTOMER


def last_years_in_use(mappings: Mappings, policies: Mapping[str, Policy]) -> dict[str, int]:
    """Return each code that the mappings can lead to, with the last year for which its holidays are known."""
    used = {spec.policy for spec in mappings.mappings}
    codes = {*_of_mappings(mappings), *(code for name in used & policies.keys() for code in _of_policy(policies[name]))}
    found = {}
    for code in sorted(codes - {NO_HOLIDAYS, CUSTOMER}):
        try:
            found[code] = last_known_year(code)
        except CalendarError:  # a value of a field that is no code: told where a ticket holds it
            continue
    return found


def _of_mappings(mappings: Mappings) -> Iterator[str]:
    for spec in mappings.mappings:
        choice = spec.customer.holidays
        if isinstance(choice, FromField):
            yield from filter(None, (choice.default, *choice.values.values()))
        elif choice is not None:
            yield choice
    yield from (customer.holidays for customer in mappings.customers if customer.holidays)


def _of_policy(policy: Policy) -> Iterator[str]:
    for calendar in policy.calendars.values():
        yield from (keys.holidays for keys in (calendar, *calendar.variants) if keys.holidays)
    for clause in policy.readings:
        for choice in clause.choices:
            yield from (keys.holidays for keys in choice.changes.calendars.values() if keys.holidays)
