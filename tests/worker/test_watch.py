from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.store.alerts import Trouble
from connector.store.heartbeats import Heartbeat
from connector.store.tables import EPOCH
from connector.store.watched import ChannelFacts, Facts, SiteFacts
from worker.watch import Known, Watching, troubles

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=5)


def _beat(kind: str, seconds_ago: float, trouble: str | None = None) -> Heartbeat:
    return Heartbeat(kind, "host:1", "host", 1, NOW - timedelta(seconds=seconds_ago), trouble)


ALIVE = (_beat("notifier", 3), _beat("timekeeper", 5))


def _found(facts: Facts, watching_since: datetime = LONG_AGO, **years: int) -> list[Trouble]:
    known = Known(sites={"acme", "help"}, watching_since=watching_since, last_years=years)
    return list(troubles(facts, known, NOW))


def _ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def _site(name: str = "acme", **facts: Any) -> SiteFacts:
    return SiteFacts(**{"name": name, "paused_until": EPOCH, **facts})


REFUSED = Trouble(kind="credentials_refused", site="acme")
PAUSED = Trouble(kind="site_paused", site="acme", detail="unreachable")
DOWN: dict[str, Any] = {"failures": 3, "reason": "unreachable"}


@pytest.mark.parametrize(
    ("site", "told", "expected"),
    [
        pytest.param(_site(), (), [], id="a site that answers"),
        pytest.param(
            _site(failures=1, reason="unauthorized", failing_since=_ago(seconds=1)),
            (),
            [REFUSED],
            id="refused credentials, at once",
        ),
        pytest.param(
            _site(failures=9, reason="unreachable", failing_since=_ago(hours=1)),
            [REFUSED.name],
            [REFUSED],
            id="refused credentials, and now it hangs: one trouble, until it answers",
        ),
        pytest.param(_site(reason=None), [REFUSED.name], [], id="it answers again"),
        pytest.param(_site(**DOWN, failing_since=_ago(minutes=9, seconds=59)), (), [], id="down for less than 10 min"),
        pytest.param(_site(**DOWN, failing_since=_ago(minutes=10)), (), [PAUSED], id="down for 10 minutes"),
        pytest.param(
            _site(failures=1, reason="rate_limited", failing_since=_ago(minutes=11), paused_until=NOW + timedelta(1)),
            (),
            [Trouble(kind="site_paused", site="acme", detail="rate_limited")],
            id="paused for long by one answer",
        ),
        pytest.param(
            _site(failures=1, reason="unreachable", failing_since=_ago(hours=1)),
            (),
            [],
            id="one ticket that hangs while nothing else is due",
        ),
        pytest.param(_site(missed=1), (), [Trouble(kind="webhooks_missing", site="acme")], id="webhooks are missed"),
        pytest.param(
            _site("gone", failures=9, reason="unauthorized", missed=3, oldest_due_at=_ago(hours=1)),
            (),
            [],
            id="a site that is no longer configured",
        ),
    ],
)
def test_a_sites_trouble(site: SiteFacts, told: Iterable[str], expected: list[Trouble]) -> None:
    assert _found(Facts(sites=(site,), heartbeats=ALIVE, open_alerts=frozenset(told))) == expected


@pytest.mark.parametrize(
    ("beats", "watching_since", "told", "expected"),
    [
        pytest.param(ALIVE, LONG_AGO, (), [], id="both are heard of"),
        pytest.param((_beat("timekeeper", 5), _beat("notifier", 59)), LONG_AGO, (), [], id="59 seconds are no silence"),
        pytest.param((_beat("timekeeper", 5), _beat("notifier", 60)), LONG_AGO, (), ["notifier_silent"], id="a minute"),
        pytest.param((_beat("timekeeper", 5),), LONG_AGO, (), ["notifier_silent"], id="there is none at all"),
        pytest.param(
            (*ALIVE, _beat("timekeeper", 900)), LONG_AGO, (), [], id="one of two timekeepers is silent: one lives"
        ),
        pytest.param(
            (_beat("notifier", 1), _beat("worker", 1)), LONG_AGO, (), ["timekeeper_silent"], id="a timekeeper"
        ),
        pytest.param(
            (_beat("timekeeper", 1), _beat("notifier", 3000)),
            _ago(seconds=59),
            (),
            [],
            id="who watches has only just begun",
        ),
        pytest.param(
            (_beat("timekeeper", 1), _beat("notifier", 3000)),
            NOW,
            ["notifier_silent"],
            ["notifier_silent"],
            id="who watches has just begun, and it was told before: not over until heard of",
        ),
        pytest.param(
            (_beat("timekeeper", 1), _beat("notifier", -3600)),
            LONG_AGO,
            (),
            ["notifier_silent"],
            id="its last sign of life is of a time that has not come, from before a jump back",
        ),
    ],
)
def test_silence(
    beats: tuple[Heartbeat, ...], watching_since: datetime, told: Iterable[str], expected: list[str]
) -> None:
    facts = Facts(heartbeats=beats, open_alerts=frozenset(told))
    assert [trouble.kind for trouble in _found(facts, watching_since)] == expected


@pytest.mark.parametrize(
    ("sites", "watching_since", "told", "behind"),
    [
        pytest.param([_site(oldest_due_at=_ago(minutes=5))], LONG_AGO, (), True, id="five minutes"),
        pytest.param([_site(oldest_due_at=_ago(minutes=4, seconds=59))], LONG_AGO, (), False, id="less"),
        pytest.param(
            [_site(oldest_due_at=_ago(hours=1), paused_until=NOW + timedelta(seconds=1))],
            LONG_AGO,
            (),
            False,
            id="of a paused site",
        ),
        pytest.param([_site(oldest_due_at=_ago(hours=1), failures=1)], LONG_AGO, (), False, id="of a failing site"),
        pytest.param(
            [_site(oldest_due_at=_ago(hours=1), failures=1), _site("help", oldest_due_at=_ago(hours=1))],
            LONG_AGO,
            (),
            True,
            id="of another site than the failing one",
        ),
        pytest.param([_site(oldest_due_at=_ago(hours=1))], _ago(minutes=4), (), False, id="dueby was down till now"),
        pytest.param(
            [_site(oldest_due_at=_ago(hours=1))], _ago(minutes=4), ["agenda_behind"], True, id="and it was told before"
        ),
    ],
)
def test_an_agenda_that_is_behind(
    sites: list[SiteFacts], watching_since: datetime, told: Iterable[str], behind: bool
) -> None:
    facts = Facts(sites=tuple(sites), heartbeats=ALIVE, open_alerts=frozenset(told))
    assert [trouble.kind for trouble in _found(facts, watching_since)] == ["agenda_behind"] * behind


def test_a_broken_policy_file_is_told_with_its_fault_while_somebody_says_so() -> None:
    said = "The policies keep their last good state: own.yaml: id: missing"
    assert _found(Facts(heartbeats=(*ALIVE, _beat("timekeeper", 2, said)))) == [
        Trouble(kind="policy_broken", detail=said)
    ]
    assert _found(Facts(heartbeats=(*ALIVE, _beat("timekeeper", 90, said)))) == []


@pytest.mark.parametrize(
    ("latest", "detail"),
    [
        pytest.param(datetime(2030, 12, 31, 23, tzinfo=UTC), None, id="known to the end"),
        pytest.param(datetime(2031, 1, 1, tzinfo=UTC), "XNSE: 2030", id="the latest open due time lies after it"),
        pytest.param(None, None, id="nothing is open"),
    ],
)
def test_holiday_data_that_ends(latest: datetime | None, detail: str | None) -> None:
    found = _found(Facts(heartbeats=ALIVE, latest_due_at=latest), XNSE=2030, FR=2100)
    assert [trouble.detail for trouble in found] == ([detail] if detail else [])


@pytest.mark.parametrize(
    ("channel", "fails"),
    [
        pytest.param(ChannelFacts(name="ops", since=_ago(minutes=9), error="x"), False, id="for nine minutes"),
        pytest.param(ChannelFacts(name="ops", since=_ago(minutes=10), error="x"), True, id="for ten minutes"),
        pytest.param(
            ChannelFacts(name="ops", since=_ago(hours=1), error="x", last_sent_at=_ago(minutes=1)),
            False,
            id="one notice, while others go out",
        ),
        pytest.param(
            ChannelFacts(name="ops", since=_ago(hours=1), error="x", last_sent_at=_ago(hours=2)),
            True,
            id="what it took before",
        ),
    ],
)
def test_a_channel_that_fails(channel: ChannelFacts, fails: bool) -> None:
    expected = [Trouble(kind="channel_failing", channel="ops", detail="x")] if fails else []
    assert _found(Facts(heartbeats=ALIVE, channels=(channel,))) == expected


def test_watching_begins_anew_after_a_sleep_and_after_a_time_put_back() -> None:
    watching = Watching()
    at = [NOW + timedelta(seconds=seconds) for seconds in (0, 5, 64, 124, 129, 100, 105)]
    since = [watching.look(moment) for moment in at]
    assert since == [at[0], at[0], at[0], at[3], at[3], at[5], at[5]]
