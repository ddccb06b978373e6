"""What a durable flush does at servers without fsync, beyond what the suite asks of every sink.

OpenSSH does not offer it when it is told so. asyncssh's server always offers it; it refuses it as
unsupported, which has to come to the same.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import PartMissing, WriteRefused
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.strategy import Method, Strategy
from tests.servers.embedded import USER, InnerServer, inner_server
from tests.servers.sites import Site, destination, sftp_partners, site
from tests.servers.system_user import SystemUser

CONTENT = hashlib.shake_256(b"content").digest(1_000_003)
HALF = len(CONTENT) // 2


@pytest.fixture
def plain(partner_folder: Path, server_user: SystemUser) -> Iterator[Site]:
    with site("openssh-plain", partner_folder, server_user) as place:
        yield place


@pytest.fixture
def plain_session(plain: Site) -> Iterator[PartnerSession]:
    with plain.partners.connect(plain.destination, plain.credential) as session:
        yield session


@pytest.fixture
def inner(tmp_path: Path) -> Iterator[tuple[InnerServer, PartnerSession]]:
    with inner_server(tmp_path, "secret") as server:
        server.failures.has_fsync = False
        target = destination(server.port, USER, "", server.host_keys)
        with sftp_partners().connect(target, Credential(password="secret")) as session:
            session.create_file("/part").close()
            server.failures.closes = 0
            yield server, session


def test_the_probe_tells_that_both_are_missing(plain: Site, plain_session: PartnerSession) -> None:
    profile = plain_session.probe(plain.destination.base_path)
    assert (profile.fsync, profile.atomic_replace) == (False, False)
    assert (profile.rename, profile.write_at_offset) == (True, True)
    assert plain.names() == []


def test_writing_goes_on_after_a_durable_flush(plain: Site, plain_session: PartnerSession) -> None:
    plain_session.create_file(plain.at("part")).close()
    with plain_session.open_part(plain.at("part")) as sink:
        sink.write(HALF, CONTENT[HALF:])
        sink.flush(durable=True)
        sink.write(0, CONTENT[:HALF])
        sink.flush(durable=True)
        sink.flush(durable=True)
        assert plain.content(plain.at("part")) == CONTENT


def test_a_part_file_that_vanished_is_not_made_anew_behind_a_durable_flush(
    plain: Site, plain_session: PartnerSession
) -> None:
    plain_session.create_file(plain.at("part")).close()
    sink = plain_session.open_part(plain.at("part"))
    sink.write(0, CONTENT)
    plain_session.remove(plain.at("part"))
    sink.flush(durable=True)
    with pytest.raises(PartMissing):
        sink.write(0, CONTENT)
    assert plain.names() == []


def test_a_durable_flush_closes_the_file_and_the_next_write_opens_it_again(
    inner: tuple[InnerServer, PartnerSession],
) -> None:
    server, session = inner
    sink = session.open_part("/part")
    sink.write(0, CONTENT[:HALF])
    sink.flush(durable=False)
    assert server.failures.closes == 0
    for _ in range(2):  # the second one finds nothing open
        sink.flush(durable=True)
        assert server.failures.closes == 1
    sink.write(HALF, CONTENT[HALF:])
    sink.flush(durable=True)
    assert server.failures.closes == 2
    sink.close()
    assert server.failures.closes == 2
    assert (server.root / "part").read_bytes() == CONTENT


@pytest.mark.parametrize("has_fsync", [True, False])
def test_through_one_handle_nothing_closes_the_file_before_its_end(
    inner: tuple[InnerServer, PartnerSession], has_fsync: bool
) -> None:
    server, session = inner
    server.failures.has_fsync = has_fsync
    sink = session.create_file("/once", Strategy(method=Method.ONE_HANDLE))
    for begin, end in ((0, HALF), (HALF, len(CONTENT))):
        sink.write(begin, CONTENT[begin:end])
        sink.flush(durable=True)
        assert server.failures.closes == 0
    sink.close()
    assert server.failures.closes == 1
    assert (server.root / "once").read_bytes() == CONTENT


def test_a_plan_without_fsync_asks_for_none(inner: tuple[InnerServer, PartnerSession]) -> None:
    """The server offers it and always fails."""
    server, session = inner
    server.failures.has_fsync = server.failures.fails_fsync = True
    sink = session.create_file("/plain", Strategy(fsync=False))
    sink.write(0, CONTENT)
    sink.flush(durable=True)
    sink.close()
    assert (server.root / "plain").read_bytes() == CONTENT


def test_an_error_at_close_is_told_by_the_durable_flush(
    inner: tuple[InnerServer, PartnerSession],
) -> None:
    server, session = inner
    sink = session.open_part("/part")
    sink.write(0, CONTENT)
    server.failures.fails_closes = True
    with pytest.raises(WriteRefused, match="quota told at close"):
        sink.flush(durable=True)
    server.failures.fails_closes = False
    with pytest.raises(WriteRefused, match="quota told at close"):
        sink.write(0, CONTENT)  # broken from then on
    sink.close()
    sink = session.open_part("/part")  # the session is not
    sink.write(0, CONTENT)
    sink.flush(durable=True)
    sink.close()


def test_with_fsync_a_durable_flush_leaves_the_file_open(
    inner: tuple[InnerServer, PartnerSession],
) -> None:
    server, session = inner
    server.failures.has_fsync = True
    sink = session.open_part("/part")
    sink.write(0, CONTENT)
    sink.flush(durable=True)
    assert server.failures.closes == 0
    sink.close()
