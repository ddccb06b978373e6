"""What fits together in a destination that speaks FTP or FTPS."""

from dataclasses import replace
from typing import Any

import pytest

from services.transfer.domain.chunks import ftp_chunk_bytes
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol, Tls
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.host_key import CERTIFICATE, HostKey
from services.transfer.domain.protocol_rules import default_port, require_fitting
from services.transfer.domain.strategy import UNENCRYPTED, Wish, choose_strategy
from services.transfer.use_cases.manage_destinations import change_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from tests.conformance.records import a_destination
from tests.fakes.callers import ADMIN
from tests.fakes.keys import PRIVATE_KEY
from tests.fakes.partners import HOST_KEY
from tests.fakes.world import World

DIGEST = "ab" * 32
PIN = HostKey.parse(f"{CERTIFICATE} {DIGEST}")
PASSWORD = Credential(password="p")


def destination(protocol: Protocol, **more: Any) -> Destination:  # noqa: ANN401
    return replace(a_destination(), protocol=protocol, host_keys=(), **more)


def test_a_pin_is_read_in_digits_and_in_base64_and_shown_in_digits() -> None:
    assert HostKey.parse(str(PIN)) == PIN
    assert HostKey.parse(f"{CERTIFICATE} {DIGEST.upper()} of acme") == PIN
    assert PIN.fingerprint == f"SHA256:{DIGEST}"
    for wrong in ("AAAA", DIGEST[:-2], "x" * 64):
        with pytest.raises(FieldInvalid, match="host_keys"):
            HostKey.parse(f"{CERTIFICATE} {wrong}")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (destination(Protocol.FTP), "accepts_unencrypted_login"),
        (destination(Protocol.SFTP, accepts_unencrypted_login=True), "accepts_unencrypted_login"),
        (destination(Protocol.SFTP, tls=Tls.EXPLICIT), "tls"),
        (replace(destination(Protocol.FTPS), host_keys=(HOST_KEY,)), "host_keys"),
        (replace(destination(Protocol.SFTP), host_keys=(PIN,)), "host_keys"),
        (
            replace(destination(Protocol.FTP, accepts_unencrypted_login=True), host_keys=(PIN,)),
            "host_keys",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(wrong: Destination, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        require_fitting(wrong, None)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("credential", "field"),
    [
        (Credential(private_key=PRIVATE_KEY), "private_key"),
        (Credential(password="p", private_key=PRIVATE_KEY), "private_key"),
        (Credential(password="p\r\nDELE x"), "password"),
    ],
)
def test_ftp_takes_a_password_that_is_one_line(credential: Credential, field: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        require_fitting(destination(Protocol.FTPS), credential)
    assert (refused.value.field, refused.value.value) == (field, "(not shown)")


def test_the_refusal_of_plain_ftp_says_why() -> None:
    world = World()
    wish = NewDestination("b", "B", Protocol.FTP, "ftp.example", 21, "ferry", "/", 1, ())
    with pytest.raises(FieldInvalid, match="readable for anybody on the way"):
        register_destination(wish, PASSWORD, ADMIN, None, ports=world.ports)
    accepted = replace(wish, accepts_unencrypted_login=True)
    stored = register_destination(accepted, PASSWORD, ADMIN, None, ports=world.ports)
    assert stored.confirmed
    with pytest.raises(FieldInvalid, match="host_keys"):
        change_destination("b", {"host_keys": (PIN,)}, None, ADMIN, ports=world.ports)
    plan = choose_strategy(stored, Wish())
    assert plan.cautions[0] == UNENCRYPTED


def test_another_way_to_encrypt_drops_what_a_test_found_and_no_credential() -> None:
    world = World()
    wish = NewDestination("b", "B", Protocol.FTPS, "ftp.example", 21, "ferry", "/", 1, (PIN,))
    register_destination(wish, PASSWORD, ADMIN, None, ports=world.ports)
    changed = change_destination("b", {"tls": Tls.IMPLICIT}, None, ADMIN, ports=world.ports)
    assert (changed.tls, changed.profile, changed.host_keys) == (Tls.IMPLICIT, None, (PIN,))
    assert changed.secret_id is not None


def test_over_ftp_there_are_few_chunks() -> None:
    """Each costs a data connection, and so does each sample of it."""
    assert ftp_chunk_bytes(5_000_000, 100_000_000) == 1_000_000_000
    assert ftp_chunk_bytes(10**12 + 1, 100_000_000) == 10_000_000_001


def test_ports_are_the_usual_ones() -> None:
    assert default_port(Protocol.SFTP, None) == 22
    assert default_port(Protocol.FTP, None) == 21
    assert default_port(Protocol.FTPS, Tls.EXPLICIT) == 21
    assert default_port(Protocol.FTPS, Tls.IMPLICIT) == 990
