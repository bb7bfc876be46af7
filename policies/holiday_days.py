"""Public holidays by code, year by year; a year without data is an error, never a year without holidays."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from policies.errors import CalendarError

NO_HOLIDAYS = "none"


@cache
def holidays_in(code: str, year: int) -> Mapping[date, str]:
    """Return the year's holidays, observed days included, with their names.

    `code` is a country (`US`), country and subdivision (`US-CA`), a financial code (`XECB`) or `none`.
    Raises CalendarError: `unknown_holidays`, or `no_holiday_data` where the year is not known.
    """
    if code == NO_HOLIDAYS:
        return {}
    first, last = _known_years(code)
    if not first <= year <= last:
        raise CalendarError(
            "no_holiday_data",
            f"the holidays {code!r} are not known for {year}, only from {first} to {last}: "
            "choose another holiday code or `none`",
        )
    return {day: name for day, name in _open(code, years=year).items() if day.year == year}


@cache
def require_holidays(code: str) -> None:
    """Refuse a holiday code that nobody knows. Raises CalendarError (`unknown_holidays`)."""
    if code != NO_HOLIDAYS:
        _known_years(code)


def last_known_year(code: str) -> int:
    """Return the last year for which a code's holidays are known. Raises CalendarError (`unknown_holidays`)."""
    return _known_years(code)[1]


@cache
def _known_years(code: str) -> tuple[int, int]:
    known = _open(code)
    return known.start_year, known.end_year


def _open(code: str, **options: Any) -> Any:
    options["language"] = "en_US"  # else the names follow the machine's locale
    import holidays  # noqa: PLC0415  # most calendars need none, and start faster without it

    country, dash, subdivision = code.partition("-")
    try:
        if bool(dash) == bool(subdivision) and country in holidays.list_supported_countries(include_aliases=True):
            return holidays.country_holidays(country, subdiv=subdivision or None, **options)
        if code in holidays.list_supported_financial(include_aliases=True):
            return holidays.financial_holidays(code, **options)
    except (NotImplementedError, UnicodeError):
        pass  # an unknown subdivision
    raise CalendarError(
        "unknown_holidays",
        f"no holidays are known by the code {code!r}: give a country (FR), country and subdivision (US-CA), "
        "a financial code (XECB) or `none`",
    )
