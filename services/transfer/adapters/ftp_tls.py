"""TLS of an FTPS session: who the server is, and that its data connections are its own."""

import hashlib
import ssl
from collections.abc import Callable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from services.transfer.adapters.ftp_connection import FtpConnection
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    EncryptionNotOffered,
    HostKeyChanged,
    NoCommonAlgorithm,
    PartnerError,
)
from services.transfer.domain.host_key import CERTIFICATE, PUBLIC_KEY, HostKey
from services.transfer.domain.words import Words

Authorities = Callable[[], ssl.SSLContext]
OLD = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"})


class OtherServer(Exception):
    """A data connection leads to a server with another certificate."""


def public_authorities() -> ssl.SSLContext:
    """Trusts those that the system trusts."""
    return ssl.create_default_context()


class FtpTls:
    """For one session. With pins only they count: not the certificate's name, date or issuer.
    Without pins a public authority has to vouch for the host's name. With `asks` nothing is
    checked, and nothing may be sent."""

    def __init__(
        self, destination: Destination, authorities: Authorities, *, asks: bool = False
    ) -> None:
        self._destination = destination
        self._context = authorities()
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.options |= ssl.OP_NO_RENEGOTIATION
        if asks or destination.host_keys:
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE
        self._control: FtpConnection | None = None
        self._certificate = b""

    def secure_control(self, connection: FtpConnection, seconds: float) -> None:
        """Raises HostKeyChanged, NoCommonAlgorithm, EncryptionNotOffered, and OSError: also
        ssl.SSLCertVerificationError, where no public authority vouches for the server."""
        host, port = self._destination.host, self._destination.port
        try:
            connection.secure(self._context, host, seconds)
        except (ssl.SSLCertVerificationError, ssl.SSLEOFError):
            raise
        except ssl.SSLError as error:
            raise _no_tls(error, host, port) from None
        self._control, self._certificate = connection, certificate_of(connection)
        self._check_pins()

    def secure_data(self, connection: FtpConnection, seconds: float) -> None:
        """Resumes the session of the control connection. Many servers demand it, as the proof that
        nobody else took the data connection. Raises OSError, OtherServer."""
        session = None
        if self._control is not None and self._control.tls is not None:
            session = self._control.tls.session  # with the newest ticket of TLS 1.3
        connection.secure(self._context, self._destination.host, seconds, session)
        if certificate_of(connection) != self._certificate:
            raise OtherServer("the data connection shows another certificate")

    @property
    def certificate_ends(self) -> datetime | None:
        """None where it cannot be read."""
        try:
            return x509.load_der_x509_certificate(self._certificate).not_valid_after_utc
        except ValueError:
            return None

    @property
    def cipher(self) -> str:
        tls = None if self._control is None else self._control.tls
        name = tls.cipher() if tls is not None else None
        return f"{name[0]} ({name[1]})" if name else ""

    @property
    def proof(self) -> str:
        """What proved the server's identity, for people."""
        digest = digest_of(self._certificate, CERTIFICATE).fingerprint
        pins = {key.algorithm for key in self._matching()}
        if CERTIFICATE in pins:
            return f"{digest} (pinned certificate)"
        if PUBLIC_KEY in pins:
            return f"{digest} (certificate with the pinned public key)"
        return f"{digest} (certificate, for which {issuer_of(self._certificate)} vouches)"

    def _matching(self) -> list[HostKey]:
        return [
            key
            for key in self._destination.host_keys
            if key == digest_of(self._certificate, key.algorithm)
        ]

    def _check_pins(self) -> None:
        pinned = self._destination.host_keys
        if not pinned or self._matching():
            return
        offered = digest_of(self._certificate, pinned[0].algorithm)
        fingerprints = ", ".join(key.fingerprint for key in pinned)
        raise HostKeyChanged(
            self._destination.host, fingerprints, offered.fingerprint, str(offered)
        )


def certificate_of(connection: FtpConnection) -> bytes:
    tls = connection.tls
    return (tls and tls.getpeercert(binary_form=True)) or b""


def digest_of(certificate: bytes, kind: str = CERTIFICATE) -> HostKey:
    """As it would be pinned. Of a public key that cannot be read it is that of nothing."""
    shown = _public_key(certificate) if kind == PUBLIC_KEY else certificate
    return HostKey.of_digest(kind, hashlib.sha256(shown).digest())


def issuer_of(certificate: bytes) -> Words:
    try:
        issuer = x509.load_der_x509_certificate(certificate).issuer
        for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            for each in issuer.get_attributes_for_oid(kind):
                return Words(each.value)
    except ValueError:
        pass
    return Words("an authority without a name")


def _public_key(certificate: bytes) -> bytes:
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        return b""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _no_tls(error: ssl.SSLError, host: str, port: int) -> PartnerError:
    reason = error.reason or str(error)
    if reason in OLD:
        return NoCommonAlgorithm(host, "version of TLS", "older ones only", "TLS 1.2, TLS 1.3")
    return EncryptionNotOffered(host, port, Words(f"TLS: {reason.replace('_', ' ').lower()}"))
