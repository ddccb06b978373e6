"""Logs in at an FTP server. Nothing but AUTH is sent before the server has proved who it is."""

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.transfer.adapters.ftp_channel import FtpChannel
from services.transfer.adapters.ftp_connection import FtpConnection
from services.transfer.adapters.ftp_control import FtpControl
from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.ftp_replies import Reply
from services.transfer.adapters.ftp_tls import Authorities, FtpTls, certificate_of, digest_of
from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_questions import about_a_new_password
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol, Tls
from services.transfer.domain.errors import (
    CertificateUntrusted,
    EncryptionNotOffered,
    FieldInvalid,
    PasswordExpired,
    PasswordRejected,
    SecondFactorDemanded,
    SessionRefused,
    UnencryptedLoginRefused,
)
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.words import Words

READY, ENCRYPTS, NEEDS_PASSWORD, NEEDS_ACCOUNT = 220, 234, 331, 332
NOT_LOGGED_IN = 530
# "Sorry, the maximum number of clients (2) for this user already connected." (ProFTPD), "User
# cannot log in, home directory inaccessible." (IIS)
OTHER_THINGS = re.compile(
    r"\btoo many (users|clients|connections|sessions)|\bmaximum (number|of)|\blimit\b"
    r"|\balready (connected|logged in)|\bhome (directory|dir|folder)\b"
    r"|\bbusy\b|\b(not|un)\s?available\b|\bmaintenance\b|\btry (again )?later\b",
    re.IGNORECASE,
)
ABOUT_THE_LOGIN = re.compile(
    r"incorrect|invalid|wrong|fail|denied|attempt|pass(word|phrase)|credential|locked|disabled",
    re.IGNORECASE,
)
READS_ABORT_TOO_LATE = "vsFTPd"  # after the transfer, unless async_abor_enable is set
UNPROVED = "none: FTP without TLS proves no server"
UNENCRYPTED = "none: nothing is encrypted"

Connect = Callable[[], PartnerSocket]


class LoggedIn(NamedTuple):
    channel: FtpChannel
    proof: str  # what proved the server's identity, for people
    software: Words
    cipher: str
    banner: Words | None  # what the server shows to everybody who logs in
    certificate_ends: datetime | None  # of TLS


@dataclass(frozen=True)
class FtpLogin:
    """Each step may take `timeout_seconds`."""

    destination: Destination
    timeout_seconds: float
    authorities: Authorities

    def open(self, connect: Connect, credential: Credential) -> LoggedIn:
        destination = self.destination
        if destination.protocol is Protocol.FTP and not destination.accepts_unencrypted_login:
            raise UnencryptedLoginRefused(destination.host)
        if credential.password is None:
            raise FieldInvalid("credential", "", "FTP logs in with a password: set one.")
        tls = self._tls()
        control = self._control(connect())
        try:
            try:
                greeting = self._greeted(control, tls)
            except ssl.SSLCertVerificationError as error:
                control.close()
                raise self._untrusted(connect, error) from None
            welcome = self._log_in(control, credential)
            features = Features.of(control.call("FEAT"))
            self._prepare(control, tls, features)
        except BaseException:
            control.close()
            raise
        channel = FtpChannel(control, tls, features)
        proof, cipher = (tls.proof, tls.cipher) if tls else (UNPROVED, UNENCRYPTED)
        software = Words(greeting.lines[0])
        channel.heeds_abort = READS_ABORT_TOO_LATE not in software
        banner, ends = _banner(greeting, welcome), tls.certificate_ends if tls else None
        return LoggedIn(channel, proof, software, cipher, banner, ends)

    def offered(self, connect: Connect) -> HostKey:
        """The server's certificate. Nothing is checked, and nothing is sent but AUTH."""
        tls, control = self._tls(asks=True), self._control(connect())
        try:
            self._greeted(control, tls)
            return digest_of(certificate_of(control.connection))
        finally:
            control.close()

    def _tls(self, *, asks: bool = False) -> FtpTls | None:
        if self.destination.protocol is Protocol.FTP:
            return None
        return FtpTls(self.destination, self.authorities, asks=asks)

    def _control(self, sock: PartnerSocket) -> FtpControl:
        destination = self.destination
        connection = FtpConnection(sock)
        return FtpControl(connection, destination.host, destination.port, self.timeout_seconds)

    def _greeted(self, control: FtpControl, tls: FtpTls | None) -> Reply:
        """The greeting of a server that has proved who it is, where there is TLS."""
        implicit = self.destination.tls is Tls.IMPLICIT
        if tls is not None and implicit:
            self._secure(control, tls)
        greeting = control.final()
        if greeting.code != READY:
            raise SessionRefused(control.host, control.port, greeting.words)
        if tls is not None and not implicit:
            reply = control.call("AUTH", "TLS")
            if reply.code != ENCRYPTS:
                raise EncryptionNotOffered(control.host, control.port, reply.words)
            control.require_silence()
            self._secure(control, tls)
        return greeting

    def _secure(self, control: FtpControl, tls: FtpTls) -> None:
        try:
            tls.secure_control(control.connection, self.timeout_seconds)
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            raise control.fail(error) from None

    def _untrusted(
        self, connect: Connect, error: ssl.SSLCertVerificationError
    ) -> CertificateUntrusted:
        """Asks for the certificate once more, because who refuses one does not get to see it."""
        offered, why = self.offered(connect), Words(error.verify_message)
        return CertificateUntrusted(self.destination.host, why, offered.fingerprint, str(offered))

    def _log_in(self, control: FtpControl, credential: Credential) -> Reply:
        host, user = self.destination.host, self.destination.user
        reply = control.call("USER", user)
        asked = reply.code == NEEDS_PASSWORD
        if asked:
            reply = control.call("PASS", credential.password or "")
        if reply.is_done:
            return reply
        if about_a_new_password(reply.words):
            raise PasswordExpired(host, user, reply.words)
        if reply.code == NEEDS_ACCOUNT or (asked and reply.code == NEEDS_PASSWORD):
            raise SecondFactorDemanded(host, user, reply.words)
        if asked and reply.code == NOT_LOGGED_IN and not about_other_things(reply.words):
            raise PasswordRejected(host, user)
        raise SessionRefused(host, control.port, reply.words)

    def _prepare(self, control: FtpControl, tls: FtpTls | None, features: Features) -> None:
        if tls is not None:
            for verb, argument in (("PBSZ", "0"), ("PROT", "P")):
                reply = control.call(verb, argument)
                if not reply.is_done:
                    raise EncryptionNotOffered(control.host, control.port, reply.words)
        if "UTF8" in features:
            control.call("OPTS", "UTF8 ON")  # a server that refuses it may still speak it
        binary = control.call("TYPE", "I")
        if not binary.is_done:
            raise SessionRefused(control.host, control.port, binary.words)


def about_other_things(text: str) -> bool:
    """One code stands for a wrong password and for whatever else keeps a user out. Where the words
    leave a doubt it counts as the password, because a wrong one that is sent again and again locks
    the account."""
    return OTHER_THINGS.search(text) is not None and ABOUT_THE_LOGIN.search(text) is None


def _banner(*said: Reply) -> Words | None:
    """Greetings of one line say nothing but what the software is."""
    lines = [line.strip() for reply in said if len(reply.lines) > 1 for line in reply.lines]
    text = " ".join(filter(None, lines))
    return Words(text) if text else None
