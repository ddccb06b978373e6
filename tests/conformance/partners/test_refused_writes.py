"""What a ChunkSink tells of a write, an fsync or a close that the server refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import WriteRefused
from services.transfer.domain.ports import ChunkSink, PartnerSession
from tests.conformance.partners.writing import CONTENT, write_all
from tests.fakes.partners import InMemoryPartners
from tests.servers.embedded import USER, InnerServer, inner_server
from tests.servers.sites import destination, sftp_partners


def write_and_close(sink: ChunkSink) -> None:
    sink.write(0, b"lost")  # a quick server's refusal may arrive here already
    sink.close()


@dataclass(frozen=True)
class Failing:
    """A server that refuses what a test tells it to."""

    session: PartnerSession
    server: InnerServer | InMemoryPartners

    def refuse_write(self, number: int) -> None:
        if isinstance(self.server, InMemoryPartners):
            self.server.fail_next(
                WriteRefused("/part", "write to", "injected"), "write", number - 1
            )
        else:
            self.server.failures.fail_at = number

    def refuse_sync(self) -> None:
        if isinstance(self.server, InMemoryPartners):
            self.server.fail_next(WriteRefused("/part", "write to", "told at fsync"), "flush")
        else:
            self.server.failures.fails_fsync = True

    def refuse_close(self) -> None:
        if isinstance(self.server, InMemoryPartners):
            self.server.fail_next(WriteRefused("/part", "write to", "quota told at close"), "close")
        else:
            self.server.failures.fails_closes = True


@pytest.fixture(params=["memory", "asyncssh"])
def failing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Failing]:
    credential = Credential(password="secret")
    if request.param == "memory":
        fake = InMemoryPartners()
        target = destination(22, USER, "/", [fake.host_key])
        with fake.connect(target, credential) as session:
            session.create_file("/part").close()
            yield Failing(session, fake)
        return
    with inner_server(tmp_path, "secret") as server:
        target = destination(server.port, USER, "", server.host_keys)
        with sftp_partners().connect(target, credential) as session:
            session.create_file("/part").close()
            yield Failing(session, server)


@pytest.mark.parametrize("number", [1, 2, 7, 19, 20])
def test_an_error_at_any_single_write_is_told(failing: Failing, number: int) -> None:
    failing.refuse_write(number)
    sink = failing.session.open_part("/part")
    with pytest.raises(WriteRefused, match="injected"):
        write_all(sink, 0, 20_000, block_bytes=1000)
    sink.close()


@pytest.mark.parametrize("number", [1, 2, 7, 19, 20])
def test_what_was_acknowledged_before_a_refusal_stays_so(failing: Failing, number: int) -> None:
    failing.refuse_write(number)
    sink = failing.session.open_part("/part")
    with pytest.raises(WriteRefused):
        write_all(sink, 500, 20_000, block_bytes=1000)
    assert sink.acknowledged_until() == 500 + 1000 * (number - 1)
    sink.close()
    assert sink.acknowledged_until() == 500 + 1000 * (number - 1)


def test_a_refused_fsync_takes_all_acknowledgements_back(failing: Failing) -> None:
    sink = failing.session.open_part("/part")
    sink.write(500, CONTENT)
    failing.refuse_sync()
    with pytest.raises(WriteRefused, match="fsync"):
        sink.flush(durable=True)
    assert sink.acknowledged_until() == 500
    sink.close()


def test_a_refused_fsync_aside_takes_all_acknowledgements_back(failing: Failing) -> None:
    """Also those of what was written behind: a server that loses bytes may have lost any."""
    sink = failing.session.open_part("/part")
    sink.write(500, CONTENT)
    settling = sink.settle_aside()
    assert settling is not None
    failing.refuse_sync()

    def go_on() -> None:
        for number in range(100_000):
            sink.write(2_000_000 + number, b"x")
            settling.is_durable()

    with pytest.raises(WriteRefused, match="fsync"):
        go_on()
    assert (settling.acknowledged_until(), sink.acknowledged_until()) == (500, 2_000_000)
    with pytest.raises(WriteRefused, match="fsync"):
        sink.flush(durable=True)
    with pytest.raises(WriteRefused, match="fsync"):
        settling.is_durable()
    sink.close()


def test_a_refused_close_takes_all_acknowledgements_back(failing: Failing) -> None:
    sink = failing.session.open_part("/part")
    sink.write(500, CONTENT)
    failing.refuse_close()
    with pytest.raises(WriteRefused, match="quota"):
        sink.close()
    assert sink.acknowledged_until() == 500
    sink.close()


def write_in_context(session: PartnerSession, error: Exception | None) -> None:
    with session.open_part("/part") as sink:
        sink.write(0, b"content")
        if error is not None:
            raise error


def test_leaving_the_context_tells_what_close_tells(failing: Failing) -> None:
    failing.refuse_close()
    with pytest.raises(WriteRefused, match="quota"):
        write_in_context(failing.session, None)


def test_leaving_the_context_hides_no_error_under_way(failing: Failing) -> None:
    failing.refuse_close()
    with pytest.raises(InterruptedError):
        write_in_context(failing.session, InterruptedError())


def test_close_tells_of_an_error_that_no_flush_asked_for(failing: Failing) -> None:
    failing.refuse_write(1)
    sink = failing.session.open_part("/part")
    with pytest.raises(WriteRefused, match="injected"):
        write_and_close(sink)
