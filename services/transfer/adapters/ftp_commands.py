"""Makes the bytes of every FTP command. Nothing else writes to a control connection."""

from services.transfer.domain.errors import FieldInvalid, NameInvalid
from services.transfer.domain.invisible import shown
from services.transfer.domain.protocol_rules import ENDS_COMMANDS

END = b"\r\n"
LOGIN_FIELDS = {"USER": "user", "PASS": "password"}
MAX_COMMAND_BYTES = 8 << 10  # a path has 4,095 at most; a longer command is a defect of ours


def command_line(verb: str, argument: str = "") -> bytes:
    """Names are UTF-8 (RFC 2640). Raises NameInvalid for a path, FieldInvalid for a user or a
    password, that would end its command and begin another one."""
    text = f"{verb} {argument}" if argument else verb
    line = text.encode(errors="replace")
    if any(each in text for each in ENDS_COMMANDS) or len(line) > MAX_COMMAND_BYTES:
        why = "it holds a line break or NUL, which ends an FTP command, or it is too long"
        if verb in LOGIN_FIELDS:
            raise FieldInvalid(LOGIN_FIELDS[verb], "(not shown)", f"FTP cannot send it: {why}.")
        raise NameInvalid(shown(argument), why)
    return line + END
