"""Says why no SFTP session began, from what the server sent in its place."""

import paramiko

from services.transfer.adapters.ssh_questions import about_a_new_password
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    PartnerError,
    PasswordExpired,
    SessionRefused,
    ShellPrints,
)
from services.transfer.domain.words import Words

MAX_BYTES = 4_096  # far more than Words shows


def explained(
    error: PartnerError, destination: Destination, unread: bytes, channel: paramiko.Channel
) -> PartnerError:
    """`unread` is what came where SFTP should have begun. Text there and on the error output comes
    from the login shell, or from sshd on its behalf."""
    host, user = destination.host, destination.user
    printed, complained = _text(unread), _text(_complaint(channel))
    for said in (complained, printed):
        if about_a_new_password(said):
            return PasswordExpired(host, user, said)
    if printed and unread[0] != 0:  # every SFTP packet that we take begins with a zero
        return ShellPrints(host, user, printed)
    if isinstance(error, ConnectionLost) and not unread and channel.transport.is_active():
        detail = f"it said {complained!r}" if complained else "it ended at once, without a word"
        return SessionRefused(host, destination.port, detail)
    return error


def _complaint(channel: paramiko.Channel) -> bytes:
    return bytes(channel.recv_stderr(MAX_BYTES)) if channel.recv_stderr_ready() else b""


def _text(raw: bytes) -> Words:
    """In one line."""
    return Words(b" ".join(raw[:MAX_BYTES].split()))
