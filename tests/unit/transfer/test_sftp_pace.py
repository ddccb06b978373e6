"""A server that dribbles wins no time, and one that is honest loses none."""

from dataclasses import dataclass

import pytest

from services.transfer.adapters.hash_time import more_seconds_for
from services.transfer.adapters.partner_socket import MIN_BYTES_PER_SECOND
from services.transfer.adapters.sftp_pace import Lagging, Pace

TIMEOUT = 60.0
ENOUGH = int(TIMEOUT) * MIN_BYTES_PER_SECOND


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Server:
    def __init__(self) -> None:
        self._clock = Clock()
        self.pace = Pace(TIMEOUT, self._clock)

    def sends(self, size: int, seconds: float) -> None:
        """While we wait for it."""
        with self.pace.waiting():
            self._clock.now += seconds
        if size:
            self.pace.moved(size)

    def is_left_alone(self, seconds: float) -> None:
        self._clock.now += seconds


@pytest.fixture
def server() -> Server:
    return Server()


def test_silence_ends_at_the_timeout(server: Server) -> None:
    assert server.pace.seconds_left(0, 0) == TIMEOUT
    server.sends(0, 59)
    assert server.pace.seconds_left(10 * ENOUGH, 10 * ENOUGH) == 1
    server.sends(0, 1)
    with pytest.raises(TimeoutError):
        server.pace.seconds_left(10 * ENOUGH, 10 * ENOUGH)


def test_a_byte_every_five_seconds_wins_no_time(server: Server) -> None:
    for _ in range(11):
        server.sends(1, 5)
        assert server.pace.seconds_left(0, 0) > 0
    server.sends(1, 5)
    with pytest.raises(TimeoutError):
        server.pace.seconds_left(0, 0)


def test_an_answer_gives_the_next_request_its_own_time(server: Server) -> None:
    for _ in range(100):
        server.sends(30, 50)
        server.pace.answered_oldest()
        assert server.pace.seconds_left(0, 100) > 0


def test_a_large_request_may_take_what_its_bytes_take(server: Server) -> None:
    for _ in range(3):
        server.sends(2 * ENOUGH, 60)
        assert server.pace.seconds_left(4 * ENOUGH, 4 * ENOUGH) > 0
    server.sends(2 * ENOUGH, 120)
    with pytest.raises(TimeoutError):
        server.pace.seconds_left(4 * ENOUGH, 4 * ENOUGH)


def test_fewer_bytes_than_the_least_rate_are_too_slow(server: Server) -> None:
    server.sends(ENOUGH - 1, 60)
    with pytest.raises(Lagging, match="61439 bytes moved in 60 s"):
        server.pace.seconds_left(1 << 20, 1 << 20)


def test_the_least_rate_is_quick_enough_for_ever(server: Server) -> None:
    for _ in range(100):
        server.sends(ENOUGH, 60)
        server.pace.answered_oldest()
        assert server.pace.seconds_left(1 << 20, 1 << 20) > 0


def test_who_is_owed_little_judges_no_rate(server: Server) -> None:
    """Small requests on the way are bounded by their own time."""
    for _ in range(10):
        server.sends(100, 40)
        server.pace.answered_oldest()
        assert server.pace.seconds_left(100, 6_400) > 0


def test_the_time_that_we_are_away_is_not_the_servers(server: Server) -> None:
    server.is_left_alone(10_000)
    assert server.pace.seconds_left(0, 1 << 20) == TIMEOUT


def test_a_new_request_after_a_rest_begins_anew(server: Server) -> None:
    server.sends(1, 59)
    server.pace.begin()
    assert server.pace.seconds_left(0, 0) == TIMEOUT


def test_a_server_that_computes_may_be_silent_for_longer_and_not_for_ever(server: Server) -> None:
    server.pace.grace_seconds = 100.0
    server.sends(0, 159)
    assert 0 < server.pace.seconds_left(0, 0) <= 1
    server.sends(0, 1)
    with pytest.raises(TimeoutError):
        server.pace.seconds_left(0, 0)


def test_a_request_may_get_less_time_than_others(server: Server) -> None:
    server.pace.grace_seconds = more_seconds_for(4096, 5.0, TIMEOUT)
    server.sends(0, 4.9)
    assert server.pace.seconds_left(0, 0) == pytest.approx(0.1)
    server.sends(0, 0.2)
    with pytest.raises(TimeoutError):
        server.pace.seconds_left(0, 0)
