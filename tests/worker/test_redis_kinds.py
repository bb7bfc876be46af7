"""REDIS_URL as the docs write it, against real servers: TLS, passwords, Sentinel and its failover."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from connector.queue import enqueue, new_redis, queue_on
from connector.trackers.port import Rank
from tests.worker.redis_kinds import CERTIFICATE, PASSWORD, SERVICE, Sentinelled, with_sentinel, with_tls_and_password
from tests.worker.stage import staged, wait_until

QUOTED = "pass%20word%2F1"
ONE = [("10001", Rank.EVENT)]


@pytest.fixture(scope="module")
def tls_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with with_tls_and_password(tmp_path_factory.mktemp("tls")) as port:
        yield port


def _queued(redis: Redis) -> list[str]:
    return [job.args[1] for job in queue_on(redis).jobs]


def test_jobs_are_queued_over_tls_with_a_password(tls_port: int) -> None:
    with new_redis(f"rediss://:{QUOTED}@127.0.0.1:{tls_port}/0?ssl_ca_certs={CERTIFICATE}") as redis:
        assert enqueue(redis, "acme", ONE)
        assert _queued(redis) == ["10001"]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        pytest.param("rediss://:{password}@127.0.0.1:{port}/0", "certificate", id="a certificate nobody vouches for"),
        pytest.param(
            "rediss://:{password}@localhost:{port}/0?{trust}", "certificate", id="a certificate of another host"
        ),
        pytest.param("rediss://127.0.0.1:{port}/0?{trust}", "NOAUTH|authenticated", id="no password"),
        pytest.param("rediss://:wrong-one@127.0.0.1:{port}/0?{trust}", "WRONGPASS|invalid", id="a wrong password"),
    ],
)
def test_what_does_not_fit_is_told_without_the_password_and_nothing_is_queued(
    tls_port: int, capsys: pytest.CaptureFixture[str], address: str, why: str
) -> None:
    url = address.format(password=QUOTED, port=tls_port, trust=f"ssl_ca_certs={CERTIFICATE}")
    with new_redis(url) as redis:
        assert not enqueue(redis, "acme", ONE)
    said = capsys.readouterr().out
    assert any(word.lower() in said.lower() for word in why.split("|")), said
    assert not {PASSWORD, QUOTED, "wrong-one"} & set(said.split())
    assert "wrong-one" not in said
    assert PASSWORD not in said


@pytest.fixture
def sentinelled(tmp_path: Path) -> Iterator[Sentinelled]:
    with with_sentinel(tmp_path) as running:
        yield running


def test_after_a_failover_jobs_go_to_the_new_primary(sentinelled: Sentinelled) -> None:
    redis = new_redis(sentinelled.url)
    assert enqueue(redis, "acme", ONE)
    with Redis(port=sentinelled.primary_port, password=PASSWORD) as primary:
        assert _queued(primary) == ["10001"]
        primary.wait(1, 5000)  # until the replica has it
    sentinelled.fail_over()
    wait_until(lambda: enqueue(redis, "acme", [("10002", Rank.EVENT)]), 20, "a job to be queued again")
    with Redis(port=sentinelled.replica_port, password=PASSWORD) as replica:
        assert _queued(replica) == ["10001", "10002"]
    redis.close()


def test_a_service_that_no_sentinel_knows_is_only_told(
    sentinelled: Sentinelled, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_redis(sentinelled.url.replace(f"/{SERVICE}/", "/other/")) as redis:
        assert not enqueue(redis, "acme", ONE)
    assert "other" in capsys.readouterr().out


@pytest.mark.end_to_end
def test_a_whole_dueby_lives_through_a_failover(tmp_path: Path, sentinelled: Sentinelled) -> None:
    (tmp_path / "dueby").mkdir()
    with staged(tmp_path / "dueby", REDIS_URL=sentinelled.url) as stage:
        stage.apply()
        stage.listen()
        before = stage.sandbox.create(fields={"priority": "High"})
        wait_until(lambda: stage.shown(before)[1] == "running", 20, "the first ticket's state")
        sentinelled.fail_over()
        at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
        after = [stage.sandbox.create(fields={"priority": "High"}, at=at) for _ in range(10)]
        wait_until(lambda: all(stage.shown(one)[1] == "running" for one in after), 60, "the later tickets' states")
        for ticket in after:
            due = datetime.strptime(stage.shown(ticket)[0], "%Y-%m-%dT%H:%M:%S.%f%z")
            assert due == at + timedelta(hours=6)
        assert PASSWORD not in (stage.folder / "run.log").read_text(encoding="utf-8")
