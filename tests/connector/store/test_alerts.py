from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from structlog.testing import capture_logs

from connector.store.alerts import Trouble, end_alert, find_alert, open_alerts, purge_alerts, raise_alert
from connector.store.engine import reading, writing
from connector.store.tables import notices

REFUSED = Trouble(kind="credentials_refused", site="acme")
SECOND = timedelta(seconds=1)


def _raise(engine: Engine, at: datetime, trouble: Trouble = REFUSED, channel: str | None = "ops") -> None:
    with writing(engine) as conn:
        raise_alert(conn, trouble, channel, at)


def _end(engine: Engine, at: datetime, trouble: Trouble = REFUSED) -> bool:
    with writing(engine) as conn:
        return end_alert(conn, trouble.name, at)


def _told(engine: Engine) -> list[tuple[str, str, str, datetime, str]]:
    columns = notices.c
    asked = select(columns.ticket, columns.step, columns.channel, columns.send_at, columns.state)
    with reading(engine) as conn:
        return [tuple(row) for row in conn.execute(asked.where(columns.metric == "alert").order_by(columns.id))]


def test_a_trouble_is_told_once_however_often_it_is_found(engine: Engine, now: datetime) -> None:
    with capture_logs() as logs:
        for second in (0, 0, 5, 10):
            _raise(engine, now + second * SECOND)
    assert _told(engine) == [("credentials_refused:acme", "alert", "ops", now, "planned")]
    assert [(line["event"], line["log_level"], line["site"]) for line in logs] == [("alert", "error", "acme")]
    with reading(engine) as conn:
        (alert,) = open_alerts(conn)
    assert (alert.trouble, alert.since, alert.over_at) == (REFUSED, now, None)


def test_whoever_was_told_hears_a_minute_later_that_it_is_over(engine: Engine, now: datetime) -> None:
    _raise(engine, now)
    over = now + 300 * SECOND
    assert _end(engine, over)
    assert not _end(engine, over + SECOND), "it is over already"
    assert _told(engine)[1:] == [("credentials_refused:acme", "over", "ops", over + 60 * SECOND, "planned")]
    with reading(engine) as conn:
        assert open_alerts(conn) == ()
        alert = find_alert(conn, REFUSED.name)
    assert alert is not None
    assert (alert.since, alert.over_at) == (now, over)


def test_what_comes_back_within_a_minute_is_the_same_trouble(engine: Engine, now: datetime) -> None:
    _raise(engine, now)
    _end(engine, now + 10 * SECOND)
    _raise(engine, now + 69 * SECOND)
    assert [row[1::3] for row in _told(engine)] == [("alert", "planned")]
    _end(engine, now + 80 * SECOND)
    assert [row[1::3] for row in _told(engine)] == [("alert", "planned"), ("over", "planned")]
    assert _told(engine)[1][3] == now + 140 * SECOND


def test_what_comes_back_later_is_told_again(engine: Engine, now: datetime) -> None:
    _raise(engine, now)
    _end(engine, now + 10 * SECOND)
    _raise(engine, now + 70 * SECOND)
    assert [row[1] for row in _told(engine)] == ["alert", "over", "alert"]


def test_without_a_channel_trouble_stands_in_the_store_and_is_told_once_there_is_one(
    engine: Engine, now: datetime
) -> None:
    _raise(engine, now, channel=None)
    assert _told(engine) == []
    _raise(engine, now + 60 * SECOND)
    assert [row[1:3] for row in _told(engine)] == [("alert", "ops")]


def test_the_cause_is_kept_up_to_date(engine: Engine, now: datetime) -> None:
    for why in ("unreachable", "server_error"):
        _raise(engine, now, Trouble(kind="site_paused", site="acme", detail=why))
    with reading(engine) as conn:
        (alert,) = open_alerts(conn)
    assert alert.trouble.detail == "server_error"


@pytest.mark.parametrize(
    ("trouble", "name"),
    [
        pytest.param(Trouble(kind="notifier_silent"), "notifier_silent", id="dueby's own"),
        pytest.param(REFUSED, "credentials_refused:acme", id="a site's"),
        pytest.param(Trouble(kind="channel_failing", channel="on-call"), "channel_failing:on-call", id="a channel's"),
    ],
)
def test_a_trouble_is_found_by_the_name_that_its_notices_carry(
    engine: Engine, now: datetime, trouble: Trouble, name: str
) -> None:
    _raise(engine, now, trouble)
    assert [row[0] for row in _told(engine)] == [name]
    with reading(engine) as conn:
        alert = find_alert(conn, name)
    assert alert is not None
    assert alert.trouble == trouble


def test_old_trouble_is_forgotten_and_present_trouble_is_not(engine: Engine, now: datetime) -> None:
    _raise(engine, now)
    _raise(engine, now, Trouble(kind="agenda_behind"))
    _end(engine, now)
    with writing(engine) as conn:
        purge_alerts(conn, now + timedelta(days=8))
        assert find_alert(conn, REFUSED.name) is None
        assert [alert.trouble.kind for alert in open_alerts(conn)] == ["agenda_behind"]
