"""Where the login at one FileFerry is kept: in the keyring, or in a file that only its owner reads.

A file says which of both it is. It also holds the mark of the last refresh token that was sent.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from cli.errors import CommandFailed
from cli.private_files import locked, make_private, read_private, write_private
from cli.session import keyring_place
from cli.session.keyring_place import KeyringFailed
from cli.session.stored_session import StoredSession

Place = Literal["keyring", "file"]
FOLDER = "sessions"
LOCK_SECONDS = 150.0  # longer than a renewal takes at worst, with a keyring that hangs twice


@dataclass(frozen=True)
class _Record:
    """What is in the file. `session` is null where the keyring has it."""

    url: str
    place: Place
    session: str | None = None
    sent: str | None = None

    @classmethod
    def parse(cls, text: str | None) -> "_Record | None":
        try:
            return cls(**json.loads(text or ""))
        except (ValueError, TypeError):
            return None


class SessionStore:
    """Whoever writes holds `lock()`. `warn` is told what a user should know about the place."""

    def __init__(
        self, folder: Path, url: str, warn: Callable[[str], None] = lambda text: None
    ) -> None:
        self._url, self._warn = url, warn
        name = sha256(url.encode()).hexdigest()[:16]
        self._file = folder / FOLDER / f"{name}.json"
        self._lock_file = folder / FOLDER / f"{name}.lock"

    def place_text(self) -> str:
        return "the keyring" if self.place() == "keyring" else str(self._file)

    def place(self) -> Place | None:
        """Where the login is. A keyring may have refused what `prepare` found to work."""
        record = self._record()
        return record.place if record else None

    def lock(self) -> AbstractContextManager[None]:
        return locked(self._lock_file, LOCK_SECONDS)

    def prepare(self, wished: str) -> Place:
        """Finds out, before a login, where it can be kept. `wished` is keyring, file or auto.
        Raises CommandFailed."""
        try:
            make_private(self._file.parent)
            write_private(self._file.with_suffix(".probe"), "probe")
            self._file.with_suffix(".probe").unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        if wished == "file":
            return "file"
        try:
            keyring_place.probe()
        except KeyringFailed as failed:
            if wished == "keyring":
                raise CommandFailed(
                    f"The keyring cannot be used ({failed}): unlock it, install"
                    " fileferry[keyring], or `fileferry config set store file`."
                ) from failed
            return "file"
        return "keyring"

    def write(self, session: StoredSession, place: Place | None = None) -> None:
        """`place` is where the session before was, if it is not given. A keyring that refuses loses
        no session: it is kept in the file then. Raises CommandFailed."""
        known = self._record()
        place = place or (known.place if known else "file")
        if place == "keyring":
            try:
                keyring_place.write(self._url, session.text())
            except KeyringFailed as failed:
                place = "file"
                self._warn(f"The keyring failed ({failed}): the login is kept in {self._file}.")
        text = session.text() if place == "file" else None
        sent = known.sent if known else None
        record = _Record(self._url, place, text, sent)
        if record != known:
            self._keep(record)

    def read(self) -> StoredSession | None:
        """Raises CommandFailed when the place does not answer: the login may still be good."""
        record = self._record()
        if record is None:
            return None
        text = record.session
        if record.place == "keyring":
            try:
                text = keyring_place.read(self._url)
            except KeyringFailed as failed:
                raise CommandFailed(
                    f"The keyring, which has your login, cannot be read ({failed}): unlock it,"
                    " or `fileferry config set store file` and log in again."
                ) from failed
        return None if text is None else StoredSession.parse(text)

    def note_sent(self, session: StoredSession) -> None:
        """Before its refresh token is sent: it may be a used one from then on. Raises
        CommandFailed."""
        if (record := self._record()) is not None:
            self._keep(replace(record, sent=session.mark))

    def note_unused(self) -> None:
        """The refresh token was sent, and surely not used."""
        if (record := self._record()) is not None:
            self._keep(replace(record, sent=None))

    def perhaps_used(self, session: StoredSession) -> bool:
        record = self._record()
        return record is not None and record.sent == session.mark

    def forget(self) -> None:
        """Raises CommandFailed."""
        record = self._record()
        if record is not None and record.place == "keyring":
            with suppress(KeyringFailed):  # it is of no use without its session
                keyring_place.delete(self._url)
        try:
            self._file.unlink(missing_ok=True)
            # A command that was killed while it wrote has left its file behind.
            for left in self._file.parent.glob(f".{self._file.name}.*"):
                left.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _keep(self, record: _Record) -> None:
        try:
            write_private(self._file, json.dumps(vars(record)))
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> CommandFailed:
        return CommandFailed(
            f"The login cannot be kept in {self._file.parent} ({error.strerror}): make it"
            " writable, set XDG_CONFIG_HOME, or use FILEFERRY_TOKEN."
        )

    def _record(self) -> _Record | None:
        try:
            text = read_private(self._file)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(
                f"The login in {self._file} cannot be read ({type(error).__name__}):"
                " correct its rights, or delete it and log in."
            ) from error
        return _Record.parse(text)
