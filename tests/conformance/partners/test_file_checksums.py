"""Promises of every PartnerSession on checksums that the server computes."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from services.transfer.adapters.offered_checksums import offered_checksums
from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.errors import ConnectionLost, PartMissing
from services.transfer.domain.ports import PartnerSession
from tests.fakes.partners import InMemoryPartners
from tests.servers.proftpd import proftpd, proftpd_ftp
from tests.servers.sites import (
    Site,
    destination,
    ftp_destination,
    ftp_partners,
    sftp_partners,
    shared_folder,
    site,
)
from tests.servers.system_user import SystemUser

HASHES = (Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)
EVERY = (Algorithm.CRC32, *HASHES)
DIGESTS = ("LoadModule mod_digest.c", "DigestEngine on")
BODY = bytes(range(256)) * 300


@dataclass
class Computing:
    """A server that computes the checksums that are `offered`."""

    session: PartnerSession
    base_path: str
    offered: tuple[Algorithm, ...]

    def holds(self, name: str, content: bytes) -> str:
        path = f"{self.base_path}/{name}"
        with self.session.create_file(path) as sink:
            sink.write(0, content)
        return path


@pytest.fixture(params=["memory", "sftp", "ftp"])
def computing(request: pytest.FixtureRequest, server_user: SystemUser) -> Iterator[Computing]:
    offered: tuple[Algorithm, ...] = EVERY
    with ExitStack() as stack:
        folder = stack.enter_context(shared_folder(server_user))
        if request.param == "memory":
            place = stack.enter_context(site("memory", folder, server_user))
            assert isinstance(place.server, InMemoryPartners)
            place.server.checksums = EVERY
            connecting = place.partners.connect(place.destination, place.credential)
            base_path = place.destination.base_path
        elif request.param == "sftp":
            login = stack.enter_context(proftpd(folder / "state", server_user))
            base_path, offered = f"{folder}/in", HASHES
            at = destination(login.port, login.user, base_path, login.host_keys)
            connecting = sftp_partners().connect(at, login.credential)
        else:
            login = stack.enter_context(proftpd_ftp(folder, server_user, None, DIGESTS))
            base_path = f"{folder}/in"
            at = ftp_destination(login, base_path)
            connecting = ftp_partners().connect(at, login.credential)
        yield Computing(stack.enter_context(connecting), base_path, offered)


def test_each_offered_checksum_is_that_of_the_whole_file(computing: Computing) -> None:
    path = computing.holds("file", BODY)
    assert offered_checksums(computing.session, path, BODY) == computing.offered
    told = computing.session.file_checksum(path, [Algorithm.SHA256], len(BODY))
    assert told == FileChecksum(Algorithm.SHA256, hashlib.sha256(BODY).hexdigest())


def test_it_is_computed_anew_of_what_the_file_has_now(computing: Computing) -> None:
    first = computing.holds("one", BODY)
    second = computing.holds("two", BODY[:-1])
    wanted = [Algorithm.SHA1]
    one = computing.session.file_checksum(first, wanted, len(BODY))
    assert one != computing.session.file_checksum(second, wanted, len(BODY))


def test_the_first_wanted_that_is_offered_is_told(computing: Computing) -> None:
    path = computing.holds("file", BODY)
    wanted = [Algorithm.CRC64NVME, Algorithm.MD5, Algorithm.SHA256]
    told = computing.session.file_checksum(path, wanted, len(BODY))
    assert told == FileChecksum(Algorithm.MD5, hashlib.md5(BODY, usedforsecurity=False).hexdigest())


def test_what_nobody_offers_is_none(computing: Computing) -> None:
    path = computing.holds("file", BODY)
    assert computing.session.file_checksum(path, [Algorithm.CRC64NVME], len(BODY)) is None
    assert computing.session.file_checksum(path, [], len(BODY)) is None


def test_a_missing_file_is_told_as_missing(computing: Computing) -> None:
    with pytest.raises(PartMissing):
        computing.session.file_checksum(f"{computing.base_path}/nothing", HASHES, 1)


def test_a_session_that_ended_computes_nothing(computing: Computing) -> None:
    path = computing.holds("file", BODY)
    computing.session.close()
    with pytest.raises(ConnectionLost):
        computing.session.file_checksum(path, HASHES, len(BODY))


def test_a_server_that_offers_none_is_asked_for_none(
    partner: Site, session: PartnerSession
) -> None:
    partner.plant(partner.at("file"), BODY)
    assert offered_checksums(session, partner.at("file"), BODY) == ()
    assert session.probe(partner.destination.base_path).checksums == ()
