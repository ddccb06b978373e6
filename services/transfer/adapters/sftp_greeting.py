"""Says why no SFTP session began, from what the server sent in its place."""

import paramiko

from services.transfer.adapters.ssh_questions import about_a_new_password
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    PartnerError,
    PasswordExpired,
    ServerPrintsText,
    SessionRefused,
)
from services.transfer.domain.words import Words

MAX_BYTES = 4_096  # far more than Words shows


def explained(
    error: PartnerError, destination: Destination, channel: paramiko.Channel
) -> PartnerError:
    """Text where SFTP should have begun, and on the error output, comes from the login shell, or
    from sshd on its behalf."""
    host, user = destination.host, destination.user
    printed = error.text if isinstance(error, ServerPrintsText) else Words("")
    complained = _complaint(channel)
    for said in (complained, printed):
        if about_a_new_password(said):
            return PasswordExpired(host, user, Words(said))
    if isinstance(error, ConnectionLost) and (complained or channel.transport.is_active()):
        detail = f"it said {complained!r}" if complained else "it ended at once, without a word"
        return SessionRefused(host, destination.port, detail)
    return error


def _complaint(channel: paramiko.Channel) -> Words:
    """In one line."""
    raw = channel.recv_stderr(MAX_BYTES) if channel.recv_stderr_ready() else b""
    return Words(b" ".join(raw.split()))
