"""Finds out over FTP what has a name: by MLST where it is offered, else by what a server answers to
SIZE, CWD and RNFR. None of these needs a listing, which may be of any length."""

from posixpath import dirname

from services.transfer.adapters.ftp_channel import FtpChannel
from services.transfer.adapters.ftp_replies import Reply
from services.transfer.domain.errors import PermissionDenied, TargetError, WriteRefused
from services.transfer.domain.ports import FileKind, Seen
from services.transfer.domain.words import Words

SHOWN, SIZE_IS, WORKING_FOLDER, MAY_BE_RENAMED = 250, 213, 257, 350
NOT_AVAILABLE = 550
MAX_DEPTH = 16  # folders above a name that are looked at
MAX_DIGITS = 19  # of a size: 2^63
KINDS = {"file": FileKind.FILE, "dir": FileKind.FOLDER, "cdir": FileKind.FOLDER}
LINKS = ("os.unix=slink", "os.unix=symlink")


class FtpNames:
    """For one session. Servers follow links before they answer, so few tell one."""

    def __init__(self, channel: FtpChannel) -> None:
        self._channel = channel
        self._home: str | None = None

    def look(self, path: str) -> Seen | None:
        """See PartnerSession.look."""
        if "MLST" in self._channel.features:
            return self._look_by_facts(path)
        return self._look_by_trying(path)

    def seen(self, path: str) -> Seen | None:
        """None also where the server does not show it."""
        try:
            return self.look(path)
        except TargetError:
            return None

    def is_gone(self, path: str) -> bool:
        """False where the server does not show it."""
        try:
            return self.look(path) is None
        except TargetError:
            return False

    def home(self) -> str | None:
        """The folder in which the login began. Asked for before any other folder is entered."""
        if self._home is None:
            reply = self._channel.call("PWD")
            if reply.code == WORKING_FOLDER:
                self._home = _quoted(" ".join(reply.lines))
        return self._home

    # --- where MLST is offered (RFC 3659, section 7) ---------------------------------------------

    def _look_by_facts(self, path: str) -> Seen | None:
        reply = self._channel.call("MLST", path)
        if reply.code == SHOWN:
            return _seen(_facts(reply))
        if reply.code == NOT_AVAILABLE and self._is_missing(path, MAX_DEPTH):
            return None
        raise _hidden(reply, path)

    def _is_missing(self, path: str, depth: int) -> bool:
        """A refusal says little: one code stands for missing and forbidden. But in a folder that
        may be entered, what is refused is not there."""
        folder = dirname(path) or "."
        if folder == path or depth == 0:
            return False
        reply = self._channel.call("MLST", folder)
        if reply.code == SHOWN:
            facts = _facts(reply)
            is_folder = _seen(facts).kind is FileKind.FOLDER
            return not is_folder or "e" in facts.get("perm", "e")
        return reply.code == NOT_AVAILABLE and self._is_missing(folder, depth - 1)

    # --- where it is not -------------------------------------------------------------------------

    def _look_by_trying(self, path: str) -> Seen | None:
        size = self._channel.call("SIZE", path)
        if size.code == SIZE_IS:
            return Seen(FileKind.FILE, _number(size))
        if self._is_folder(path):
            return Seen(FileKind.FOLDER, None)
        begun = self._channel.call("RNFR", path)  # nothing is renamed before RNTO
        if begun.code == MAY_BE_RENAMED:
            return Seen(None, None)
        if begun.code == NOT_AVAILABLE:
            return None
        raise _hidden(begun, path)

    def _is_folder(self, path: str) -> bool:
        home = self.home()
        if home is None or not self._channel.call("CWD", path).is_done:
            return False
        back = self._channel.call("CWD", home)
        if not back.is_done:
            raise WriteRefused(home, "go back to", back.words)
        return True


def _hidden(reply: Reply, path: str) -> TargetError:
    if reply.code == NOT_AVAILABLE:
        return PermissionDenied(path, "look at")
    return WriteRefused(path, "look at", reply.words)


def _facts(reply: Reply) -> dict[str, str]:
    """Of ' type=file;size=5;perm=r; name', by the facts' names in small letters."""
    line = next((each for each in reply.lines[1:] if each.startswith(" ")), "")
    told = line.strip().partition(" ")[0]
    pairs = (each.partition("=") for each in told.split(";"))
    return {name.lower(): value for name, _, value in pairs if name}


def _seen(facts: dict[str, str]) -> Seen:
    kind = facts.get("type", "").lower()
    if kind.startswith(LINKS):
        return Seen(FileKind.LINK, None)
    size = facts.get("size", "")
    known = int(size) if size.isdecimal() and len(size) <= MAX_DIGITS else None
    found = KINDS.get(kind, FileKind.OTHER if kind else None)
    return Seen(found, known if found is FileKind.FILE else None)


def _number(reply: Reply) -> int | None:
    text = " ".join(reply.lines).strip()
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None


def _quoted(text: str) -> str | None:
    """Of '"/a ""b"" c" is the current folder' (RFC 959, appendix II)."""
    if not text.startswith('"'):
        return None
    inner = text[1:].replace('""', "\0")
    name, mark, _ = inner.partition('"')
    return name.replace("\0", '"') if mark else None


def shown_home(home: str | None) -> Words | None:
    return None if home is None else Words(home)
