"""Why an SFTP session ended, as an error of the domain."""

import paramiko

from services.transfer.adapters.sftp_pace import Lagging
from services.transfer.adapters.sftp_packets import Malformed
from services.transfer.adapters.sftp_stream import PrintedText
from services.transfer.adapters.ssh_transport import PartnerTransport
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    PartnerError,
    ProtocolViolation,
    ServerPrintsText,
    TooSlow,
)
from services.transfer.domain.words import Words

CONNECTION_ERRORS = (OSError, EOFError, paramiko.SSHException)


def reason_of(
    error: Exception, channel: paramiko.Channel, place: tuple[str, int], timeout_seconds: float
) -> PartnerError:
    match error:
        case Malformed():
            return ProtocolViolation(*place, Words(str(error)))
        case PrintedText():
            return ServerPrintsText(*place, error.text)
        case Lagging():
            return TooSlow(*place, str(error))
        case TimeoutError():
            return ConnectionTimedOut(*place, timeout_seconds)
    transport: PartnerTransport = channel.get_transport()
    _, said = transport.farewell or (0, "")
    why = said or transport.get_exception() or error  # what ended the connection under the channel
    detail = Words(str(why) or str(error) or type(error).__name__)
    return transport.sock.reason(*place) or ConnectionLost(*place, detail)
