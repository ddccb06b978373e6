"""Checksums that real servers compute of files, asked for and compared in whole transfers."""

import hashlib
from collections.abc import Iterator

import pytest

from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.errors import PartMissing, WriteRefused
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.proof import Receipt
from services.transfer.domain.proof_words import proven_words
from tests.servers.partners import Needs, Partner, openssh, proftpd_with
from tests.servers.sites import destination, sftp_partners
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import CHUNK_BYTES, content, deliver

HASHES = (Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)
SMALL, LARGE = CHUNK_BYTES // 2, 2 * CHUNK_BYTES + 1


@pytest.fixture
def proftpd(server_user: SystemUser) -> Iterator[Partner]:
    """Its version 3 offers check-file and does not list it."""
    with proftpd_with("AllowOverwrite on")(Needs(server_user, None)) as partner:  # type: ignore[arg-type]
        yield partner


@pytest.fixture
def session(proftpd: Partner) -> Iterator[PartnerSession]:
    login = proftpd.login
    target = destination(login.port, login.user, proftpd.base_path, login.host_keys)
    with sftp_partners().connect(target, login.credential) as connected:
        yield connected


@pytest.mark.parametrize("algorithm", HASHES)
def test_proftpd_computes_each_hash(
    proftpd: Partner, session: PartnerSession, algorithm: Algorithm
) -> None:
    (proftpd.folder / "file").write_bytes(content(SMALL))
    told = session.file_checksum(f"{proftpd.base_path}/file", [algorithm], SMALL)
    assert told == FileChecksum(algorithm, hashlib.new(algorithm.value, content(SMALL)).hexdigest())


def test_the_first_wanted_one_that_it_knows_is_told(
    proftpd: Partner, session: PartnerSession
) -> None:
    path = f"{proftpd.base_path}/file"
    (proftpd.folder / "file").write_bytes(b"x")
    told = session.file_checksum(path, [Algorithm.CRC32, Algorithm.SHA1], 1)
    assert told is not None
    assert told.algorithm is Algorithm.SHA1
    assert session.file_checksum(path, [Algorithm.CRC64NVME], 1) is None


def test_what_is_no_file_has_no_checksum(proftpd: Partner, session: PartnerSession) -> None:
    with pytest.raises(PartMissing):
        session.file_checksum(f"{proftpd.base_path}/nothing", HASHES, 1)
    with pytest.raises(WriteRefused):
        session.file_checksum(proftpd.base_path, HASHES, 1)


def test_a_file_of_one_lane_is_compared_by_the_servers_hash(proftpd: Partner) -> None:
    sent = deliver(proftpd, SMALL)
    assert sent.tested is not None
    assert sent.tested.profile is not None
    assert sent.tested.profile.checksums == HASHES
    assert receipt_of(sent.transfer.receipt).at_partner.checksum == FileChecksum(
        Algorithm.SHA256, hashlib.sha256(content(SMALL)).hexdigest()
    )


def test_a_file_of_several_lanes_has_no_hash_to_compare(proftpd: Partner) -> None:
    sent = deliver(proftpd, LARGE)
    assert sent.transfer.lanes > 1
    receipt = receipt_of(sent.transfer.receipt)
    assert receipt.at_partner.checksum is None
    assert "its own" not in proven_words(receipt)


def test_openssh_offers_none_and_is_asked_for_none(server_user: SystemUser) -> None:
    with openssh()(Needs(server_user, None)) as partner:  # type: ignore[arg-type]
        sent = deliver(partner, SMALL)
    assert sent.tested is not None
    assert sent.tested.profile is not None
    assert sent.tested.profile.checksums == ()
    assert sent.calls["partner.file_checksum"] == 0


def receipt_of(receipt: Receipt | None) -> Receipt:
    assert receipt is not None
    return receipt
