"""What a probe found out about a server."""

from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.checksums import Algorithm


@dataclass(frozen=True)
class ServerProfile:
    """What a probe tried with files of its own, and how it went. `free_bytes` and `max_*` are None
    where the server does not say. Fields with a default are newer than some stored profiles.
    """

    software: str
    cipher: str
    write_at_offset: bool  # two handles at once, out of order; it read the bytes back
    rename: bool
    atomic_replace: bool  # posix-rename over a file
    fsync: bool
    max_write_bytes: int | None
    max_read_bytes: int | None
    free_bytes: int | None
    round_trip_seconds: float
    probed_at: datetime
    reopen: bool = True  # a closed file can be opened again and goes on; it read the bytes back
    overwrite: bool = True  # an existing file can be opened anew and is empty then
    exclusive: bool = True  # a file that must be new is not created where there is one
    read: bool = True
    shows_files: bool = True  # a look at a file of ours says that it is there, and its size
    tells_missing: bool = True  # a look at a name that nothing has says so
    rename_overwrites: bool = False  # the plain RENAME takes the name of an existing file
    remove: bool = True
    set_times: bool = True
    keeps_files: bool = True  # False: a file is taken away as soon as it is closed
    left_behind: tuple[str, ...] = ()  # the probe's files that could not be removed
    home: str | None = None  # the folder in which the login begins
    banner: str | None = None
    checksums: tuple[Algorithm, ...] = ()  # that it computes itself; each was right
