"""A login goes only to an FTPS server that has proved who it is."""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.transfer.adapters.ftp_partners import FtpPartners
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol, ProvedBy, Tls
from services.transfer.domain.errors import (
    CertificateUntrusted,
    HostKeyChanged,
    UnencryptedLoginRefused,
)
from services.transfer.domain.host_key import CERTIFICATE, PUBLIC_KEY, HostKey
from tests.doubles.good_ftp import GoodFtp, serving
from tests.servers.certificates import tls_of
from tests.servers.ftp_certificate import FILE, pin_of
from tests.servers.sites import LOOPBACK, WHEN, destination

OTHER = HostKey.of_digest(CERTIFICATE, hashlib.sha256(b"another").digest())
OTHER_KEY = HostKey.of_digest(PUBLIC_KEY, hashlib.sha256(b"another").digest())
PASSWORD = Credential(password="secret")
passwords: list[str] = []


class Remembering(GoodFtp):
    def do_PASS(self, argument: str) -> None:
        passwords.append(argument)
        super().do_PASS(argument)


class Server:
    def __init__(self, port: int, file: Path) -> None:
        self.port, self.file, self.pin = port, file, pin_of(file)

    def at(self, *pins: HostKey, host: str = "127.0.0.1") -> Destination:
        place = destination(self.port, "anybody", "/", pins, host)
        return replace(place, protocol=Protocol.FTPS, tls=Tls.EXPLICIT)

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))

    @property
    def key_pin(self) -> HostKey:
        text = self.file.read_text()
        der = ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERT") :])
        return public_key_pin(der)


def public_key_pin(der: bytes) -> HostKey:
    """As `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256`."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(der).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return HostKey.of_digest(PUBLIC_KEY, hashlib.sha256(info).digest())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("trust")
    context, _ = tls_of(folder, "127.0.0.1")
    with serving(Remembering, context) as (port, _):
        yield Server(port, folder / FILE)


@pytest.fixture(autouse=True)
def no_password_yet() -> None:
    passwords.clear()


def partners(server: Server | None = None) -> FtpPartners:
    """They trust the server's own authority, as if that were a public one."""
    if server is None:
        return FtpPartners(LOOPBACK, 5, lambda: WHEN)
    return FtpPartners(LOOPBACK, 5, lambda: WHEN, authorities=server.trusted)


def test_the_first_connection_offers_the_certificate_and_sends_nothing(server: Server) -> None:
    with pytest.raises(CertificateUntrusted, match="self-signed") as caught:
        partners().connect(server.at(), PASSWORD)
    assert HostKey.parse(caught.value.line) == server.pin
    assert caught.value.offered == server.pin.fingerprint
    assert partners().offered_host_key(server.at()) == server.pin
    assert passwords == []


@pytest.mark.parametrize("which", ["certificate", "public key", "the second of two"])
def test_a_pinned_server_gets_the_login(server: Server, which: str) -> None:
    pins = {
        "certificate": (server.pin,),
        "public key": (server.key_pin,),
        "the second of two": (OTHER, server.pin),
    }[which]
    with partners().connect(server.at(*pins), PASSWORD) as session:
        proof = "public key" if which == "public key" else "pinned certificate"
        assert proof in session.host_key_fingerprint
        assert server.pin.fingerprint in session.host_key_fingerprint
    assert passwords == ["secret"]


def test_each_login_tells_until_when_the_certificate_is_valid(server: Server) -> None:
    told: list[tuple[str, datetime]] = []
    seen = FtpPartners(LOOPBACK, 5, lambda: WHEN, certificate_seen=lambda *each: told.append(each))
    place = server.at(server.pin)
    for _ in range(2):
        with seen.connect(place, PASSWORD):
            pass
    ends = ssl.cert_time_to_seconds(_decoded(server.file)["notAfter"])
    assert told == [(place.id, datetime.fromtimestamp(ends, UTC))] * 2


def _decoded(file: Path) -> dict[str, Any]:
    """As the ssl module itself reads it."""
    decode: Callable[[str], dict[str, Any]] = ssl._ssl._test_decode_cert  # type: ignore[attr-defined]
    return decode(str(file))


@pytest.mark.parametrize("pin", [OTHER, OTHER_KEY], ids=["certificate", "public key"])
def test_another_pin_stops_the_login_and_shows_both(server: Server, pin: HostKey) -> None:
    offered = server.pin if pin is OTHER else server.key_pin
    with pytest.raises(HostKeyChanged) as caught:
        partners(server).connect(server.at(pin), PASSWORD)
    assert (caught.value.pinned, caught.value.offered) == (pin.fingerprint, offered.fingerprint)
    assert HostKey.parse(caught.value.line) == offered
    assert "offers certificate SHA256:" in str(caught.value)
    assert passwords == []


def test_a_public_authority_proves_the_name(server: Server) -> None:
    with partners(server).connect(server.at(), PASSWORD) as session:
        assert "vouches" in session.host_key_fingerprint
    assert server.at().proved_by is ProvedBy.PUBLIC_AUTHORITY
    assert server.at(OTHER).proved_by is ProvedBy.CERTIFICATE


def test_a_public_authority_does_not_prove_another_name(server: Server) -> None:
    with pytest.raises(CertificateUntrusted, match="mismatch"):
        partners(server).connect(server.at(host="localhost"), PASSWORD)
    assert passwords == []


def test_a_plain_login_has_to_be_accepted() -> None:
    with serving(Remembering) as (port, _):
        place = replace(destination(port, "anybody", "/", []), protocol=Protocol.FTP)
        with pytest.raises(UnencryptedLoginRefused):
            partners().connect(place, PASSWORD)
        assert passwords == []
        accepted = replace(place, accepts_unencrypted_login=True)
        partners().connect(accepted, PASSWORD).close()
        assert passwords == ["secret"]
