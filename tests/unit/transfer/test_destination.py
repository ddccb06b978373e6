"""Host keys are read as people paste them, and named as ssh-keygen names them."""

import base64

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.host_key import HostKey
from tests.conformance.records import a_destination

BLOB = "AAAAC3NzaC1lZDI1NTE5AAAAIHkHMVNn8oGyMT2pnJOrqbhNRYRPB4ktC0IHvlWcJJKZ"
FINGERPRINT = "SHA256:Kirh3Vs9GtGDFvCsAK1eLLg4bJ2bmCnn92FToaRs0Zk"  # of `ssh-keygen -lf`


@pytest.mark.parametrize(
    "line",
    [f"ssh-ed25519 {BLOB}", f"  ssh-ed25519   {BLOB} partner@host\n", f"ssh-ed25519\t{BLOB}"],
)
def test_a_key_is_read_as_it_stands_in_known_hosts(line: str) -> None:
    key = HostKey.parse(line)
    assert key == HostKey("ssh-ed25519", BLOB)
    assert str(key) == f"ssh-ed25519 {BLOB}"


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints() -> None:
    assert HostKey.parse(f"ssh-ed25519 {BLOB}").fingerprint == FINGERPRINT


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        BLOB,
        f"partner.example.com ssh-ed25519 {BLOB}",
        f"ssh-rsa {BLOB}",
        "ssh-ed25519 not*base64",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 ÄÄÄÄ",
        f"ssh-ed2551 {BLOB}",
        f"ssh-ed25519 {base64.b64encode(b'ssh-ed25519').decode()}",
    ],
)
def test_what_is_no_key_is_refused_with_the_line_and_advice(line: str) -> None:
    with pytest.raises(FieldInvalid, match="host_keys") as refused:
        HostKey.parse(line)
    assert refused.value.value == line
    assert refused.value.advice


def test_a_destination_is_confirmed_by_a_pinned_key() -> None:
    destination = a_destination()
    assert destination.confirmed
    assert not type(destination)(**{**vars(destination), "host_keys": ()}).confirmed


def test_a_credential_never_shows_itself() -> None:
    credential = Credential(password="hunter2", private_key="PEM", passphrase="open")
    for secret in ("hunter2", "PEM", "open"):
        assert secret not in repr(credential)
        assert secret not in f"{credential}"
