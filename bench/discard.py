"""A folder that forgets what is written into it, so that a terabyte needs no room.

The server is a real one and writes real files in memory. Beside it a thread punches holes into them
again and again: a file keeps its size, and what was in it reads as zeros.
"""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY_SECONDS = 0.5  # at 1 GB/s half a gigabyte is kept
KEEP_SIZE, PUNCH_HOLE = 1, 2  # linux/falloc.h


@contextmanager
def discarding(folder: Path) -> Iterator[None]:
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(EVERY_SECONDS):
            for path in folder.rglob("*"):
                with suppress(FileNotFoundError):  # renamed meanwhile
                    _punch(path)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _punch(path: Path) -> None:
    if not path.is_file():
        return
    with path.open("r+b") as file:
        length = os.fstat(file.fileno()).st_size
        libc = ctypes.CDLL(None, use_errno=True)
        whole = (ctypes.c_long(0), ctypes.c_long(length))
        if length and libc.fallocate(file.fileno(), KEEP_SIZE | PUNCH_HOLE, *whole):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
