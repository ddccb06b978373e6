"""Files that only their owner reads: written whole or not at all, and locked between processes."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from threading import Event

from cli.errors import CommandFailed

FOLDER_MODE, FILE_MODE = 0o700, 0o600
MAX_BYTES = 100_000  # of a file of ours; a larger one is none
LOCK_LOOK_SECONDS = 0.05


def make_private(folder: Path) -> None:
    """Raises OSError."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077 and sys.platform != "win32":
        folder.chmod(FOLDER_MODE)


def write_private(file: Path, text: str) -> None:
    """Readers see the old content or the new one, also after a crash. Raises OSError."""
    make_private(file.parent)
    fresh = file.with_name(f".{file.name}.{token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise


def read_private(file: Path) -> str | None:
    """None where there is no such file. Raises OSError, UnicodeDecodeError."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES).decode()
    except FileNotFoundError:
        return None


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[None]:
    """One process at a time. The lock is the kernel's, so it ends with a process that is killed.
    The file stays: if it were removed, two processes could lock two files of that name.

    Raises CommandFailed when the lock is not free within `seconds`, or cannot be made.
    """
    try:
        make_private(file.parent)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, FILE_MODE)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be locked ({error.strerror}).") from error
    deadline, pause = time.monotonic() + seconds, Event()
    try:
        while not _is_locked(descriptor, file):
            if time.monotonic() > deadline:
                raise CommandFailed(
                    "Another fileferry is renewing the login and does not end: try again."
                )
            pause.wait(LOCK_LOOK_SECONDS)
        yield
    finally:
        os.close(descriptor)  # frees the lock


def _is_locked(descriptor: int, file: Path) -> bool:
    try:
        return _lock(descriptor)
    except OSError as error:  # a network's file system without locks
        raise CommandFailed(
            f"{file} cannot be locked ({error.strerror}): set XDG_CONFIG_HOME to another disk."
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
