"""What is made of a server's answers to check-file and md5-hash."""

import hashlib
from struct import pack

import pytest

from services.transfer.adapters.sftp_checksum import NoChecksum, checked_of, md5_of
from services.transfer.adapters.sftp_packets import Code, Kind, Malformed, Reply, Status, string
from services.transfer.domain.checksums import Algorithm, FileChecksum

SHA256 = hashlib.sha256(b"x").digest()
MD5 = hashlib.md5(b"x", usedforsecurity=False).digest()
WANTED = [Algorithm.CRC32, Algorithm.SHA256]
FOUND = FileChecksum(Algorithm.SHA256, SHA256.hex())


def answer(body: bytes) -> Reply:
    return Reply(Kind.EXTENDED_REPLY, body)


@pytest.mark.parametrize(
    "body",
    [
        string(b"sha256") + SHA256,
        string(b"SHA256") + SHA256,
        string(b"check-file") + string(b"sha256") + SHA256,
        string(b"check-file-name") + string(b"sha256") + SHA256,
        string(b"sha256") + string(SHA256),
    ],
    ids=["draft 13", "upper case", "with its name", "with its request", "as a string"],
)
def test_each_form_of_an_answer_is_read(body: bytes) -> None:
    assert checked_of(answer(body), WANTED) == FOUND


@pytest.mark.parametrize(
    "body",
    [
        string(b"md5") + MD5,  # nobody asked for it
        string(b"sha256"),
        string(b"sha256") + SHA256[:-1],
        string(b"sha256") + SHA256 + b"\0",
        string(b"sha256") + 1_000 * SHA256,
        string(b"sha256") + pack(">I", 31) + SHA256,
        string(b"") + SHA256,
    ],
)
def test_what_is_no_such_checksum_is_none(body: bytes) -> None:
    with pytest.raises(NoChecksum):
        checked_of(answer(body), WANTED)


@pytest.mark.parametrize(
    "body", [b"", b"\0\0", pack(">I", 9) + b"sha256", string(b"x" * 65) + SHA256]
)
def test_what_is_no_answer_breaks_the_protocol(body: bytes) -> None:
    with pytest.raises(Malformed):
        checked_of(answer(body), WANTED)


def test_a_refusal_is_told_as_such() -> None:
    refused = Reply(Kind.STATUS, pack(">I", Code.OP_UNSUPPORTED) + string(b"") + string(b""))
    with pytest.raises(Status):
        checked_of(refused, WANTED)


def test_a_hash_by_the_older_extension_is_read() -> None:
    told = md5_of(answer(string(b"md5-hash") + string(MD5)))
    assert told == FileChecksum(Algorithm.MD5, MD5.hex())


def test_an_empty_hash_means_that_the_server_could_not_compute_it() -> None:
    with pytest.raises(NoChecksum):
        md5_of(answer(string(b"md5-hash") + string(b"")))
