"""What fits together in a destination: its protocol, its pins and its credential."""

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol, Tls
from services.transfer.domain.errors import FieldInvalid

SFTP_PORT, FTP_PORT, IMPLICIT_PORT = 22, 21, 990
ENDS_COMMANDS = "\r\n\0"  # FTP has no way to send them
UNENCRYPTED = (
    "FTP without TLS sends the password, and every file, readable for anybody on the way. Use"
    " 'ftps', or set accepts_unencrypted_login to true if the partner has nothing better."
)


def default_tls(protocol: Protocol) -> Tls | None:
    return Tls.EXPLICIT if protocol is Protocol.FTPS else None


def default_port(protocol: Protocol, tls: Tls | None) -> int:
    if protocol is Protocol.SFTP:
        return SFTP_PORT
    return IMPLICIT_PORT if tls is Tls.IMPLICIT else FTP_PORT


def require_fitting(destination: Destination, credential: Credential | None) -> None:
    """`credential` is None where the stored one stays. Raises FieldInvalid."""
    protocol = destination.protocol
    _require_encryption_fits(destination)
    for key in destination.host_keys:
        if protocol is Protocol.FTP:
            advice = "FTP without TLS shows no key, so none can be pinned: leave host_keys out."
            raise FieldInvalid("host_keys", str(key), advice)
        if key.is_of_tls is not (protocol is Protocol.FTPS):
            kind = "SHA-256 of its certificate" if protocol is Protocol.FTPS else "SSH host key"
            raise FieldInvalid("host_keys", str(key), f"What proves an {protocol} server: {kind}.")
    if protocol.is_ftp and credential is not None:
        _require_password_only(credential)


def _require_encryption_fits(destination: Destination) -> None:
    protocol = destination.protocol
    if protocol is Protocol.FTP and not destination.accepts_unencrypted_login:
        raise FieldInvalid("accepts_unencrypted_login", "false", UNENCRYPTED)
    if protocol is not Protocol.FTP and destination.accepts_unencrypted_login:
        advice = f"With '{protocol}' every login is encrypted: leave it out."
        raise FieldInvalid("accepts_unencrypted_login", "true", advice)
    if destination.tls is not None and protocol is not Protocol.FTPS:
        raise FieldInvalid("tls", destination.tls.value, "It is for the protocol 'ftps' only.")


def _require_password_only(credential: Credential) -> None:
    if credential.private_key is not None:
        advice = "FTP logs in with a password only: leave private_key out."
        raise FieldInvalid("private_key", "(not shown)", advice)
    password = credential.password
    if password is None or any(each in password for each in ENDS_COMMANDS):
        advice = "FTP needs a password without line breaks and NUL, which would end its command."
        raise FieldInvalid("password", "(not shown)", advice)
