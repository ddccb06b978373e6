"""When another thread closes a session, any call that waits for the server ends at once."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from services.transfer.adapters.sftp_session import SftpPartnerSession
from services.transfer.domain.errors import ConnectionLost
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import destination, sftp_partners, size_at
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key

PATIENCE_SECONDS = 600.0  # the session's timeout, for which no test waits
AT_ONCE_SECONDS = 10.0
CLOSINGS = 40


@dataclass
class Place:
    server: OpenSshServer
    session: SftpPartnerSession
    path: str


@contextmanager
def connected(server: OpenSshServer) -> Iterator[Place]:
    base = f"{server.folder.parent}/in"
    target = destination(server.port, server.user.name, base, server.host_keys)
    session = sftp_partners(PATIENCE_SECONDS).connect(target, by_key(server))
    try:
        session.create_file(f"{base}/part").close()
        yield Place(server, session, f"{base}/part")
    finally:
        session.close()


@dataclass
class Waiter:
    """Repeats `call` in a thread of its own until it raises."""

    call: Callable[[], object]
    begun: threading.Event = field(default_factory=threading.Event)
    told: BaseException | None = None

    def __enter__(self) -> "Waiter":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self.begun.wait(AT_ONCE_SECONDS)
        return self

    def __exit__(self, *exc: object) -> None:
        self._thread.join(AT_ONCE_SECONDS)
        assert not self._thread.is_alive(), "it still waits"

    def _run(self) -> None:
        try:
            while True:
                self.begun.set()
                self.call()
        except BaseException as error:
            self.told = error


def look(place: Place) -> Callable[[], object]:
    return lambda: size_at(place.session, place.path)


def write(place: Place) -> Callable[[], object]:
    """Writes far more than the server takes when it does nothing."""
    sink = place.session.open_part(place.path)
    return lambda: sink.write(0, bytes(100_000_000))


def flush(place: Place) -> Callable[[], object]:
    sink = place.session.open_part(place.path)

    def call() -> None:
        sink.write(0, b"x")
        sink.flush(durable=True)

    return call


def read(place: Place) -> Callable[[], object]:
    with place.session.open_part(place.path) as sink:
        sink.write(0, bytes(20_000_000))
    reader = place.session.open_reader(place.path)
    return lambda: sum(len(block) for block in reader.read([(0, 20_000_000)]))


def remove(place: Place) -> Callable[[], object]:
    return lambda: place.session.remove(place.path + "-other")


CALLS = [look, write, flush, read, remove]


def close_at_once(session: SftpPartnerSession) -> None:
    told: list[BaseException] = []

    def close() -> None:
        try:
            session.close()
        except BaseException as error:
            told.append(error)

    closing = threading.Thread(target=close, daemon=True)
    closing.start()
    closing.join(AT_ONCE_SECONDS)
    assert not closing.is_alive(), "closing waits"
    assert not told


@pytest.mark.parametrize("call", CALLS)
def test_a_wait_for_a_silent_server_ends_at_once(
    start_server: StartServer, call: Callable[[Place], Callable[[], object]]
) -> None:
    with connected(start_server()) as place:
        waiting = call(place)
        place.server.freeze_sessions()
        with Waiter(waiting) as waiter:
            threading.Event().wait(0.5)  # it fills the buffers on the way, and is stuck then
            close_at_once(place.session)
    assert isinstance(waiter.told, ConnectionLost)
    assert "closed by ourselves" in str(waiter.told)


@pytest.mark.parametrize("call", CALLS)
def test_at_any_moment_of_a_lively_server_the_work_ends_with_a_lost_connection(
    start_server: StartServer, call: Callable[[Place], Callable[[], object]]
) -> None:
    chance = random.Random(call.__name__)  # noqa: S311
    server = start_server()
    for _ in range(CLOSINGS // len(CALLS)):
        with connected(server) as place:
            with Waiter(call(place)) as waiter:
                threading.Event().wait(chance.random() * 0.05)
                close_at_once(place.session)
            assert isinstance(waiter.told, ConnectionLost)


def test_two_threads_may_close_one_session_at_the_same_time(start_server: StartServer) -> None:
    server = start_server()
    for _ in range(10):
        with connected(server) as place:
            closings = [threading.Thread(target=place.session.close) for _ in range(2)]
            for each in closings:
                each.start()
            for each in closings:
                each.join(2 * AT_ONCE_SECONDS)
                assert not each.is_alive()


def test_a_silent_server_keeps_nobody_who_closes_an_idle_session(
    start_server: StartServer,
) -> None:
    with connected(start_server()) as place:
        place.server.freeze_sessions()
        close_at_once(place.session)


def test_what_was_acknowledged_is_known_after_the_close(start_server: StartServer) -> None:
    with connected(start_server()) as place:
        sink = place.session.open_part(place.path)
        sink.write(0, b"acknowledged")
        while sink.acknowledged_until() != len(b"acknowledged"):
            size_at(place.session, place.path)
        place.server.freeze_sessions()
        with Waiter(lambda: sink.write(len(b"acknowledged"), bytes(50_000_000))):
            close_at_once(place.session)
        sink.close()
        assert sink.acknowledged_until() == len(b"acknowledged")


def test_no_thread_outlives_a_session_closed_by_another(start_server: StartServer) -> None:
    server = start_server()
    before = set(threading.enumerate())
    with connected(server) as place:
        waiting = write(place)
        server.freeze_sessions()
        with Waiter(waiting):
            close_at_once(place.session)
    assert set(threading.enumerate()) <= before
