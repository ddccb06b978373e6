"""What a probe found out about a server."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.transfer.domain.checksums import Algorithm

FRESH = timedelta(days=30)  # servers are updated and configured anew about as often
RECOVERS = timedelta(days=1)  # so often a session more than were counted is tried


@dataclass(frozen=True)
class SessionsFound:
    """So many sessions were open at once at that time. `refused` is why the server opened no
    further one. `untried` is why nobody asked for a further one. With neither, the server took as
    many as max_sessions allowed then.

    `raised`: so many more than were counted may be opened since `raised_at`. When the server
    refuses one of them, it begins anew."""

    at_once: int
    at: datetime
    refused: str | None = None
    untried: str | None = None
    raised: int = 0
    raised_at: datetime | None = None

    def may_grow(self, now: datetime) -> bool:
        return self.refused is not None and now - (self.raised_at or self.at) >= RECOVERS

    def grown(self, now: datetime) -> "SessionsFound":
        return replace(self, raised=self.raised + 1, raised_at=now)

    def confirmed(self, now: datetime) -> "SessionsFound":
        return replace(self, raised=0, raised_at=now)


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
    keeps_content: bool | None = None  # a file reads back as it was written; None: not read
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
    fsync_offered: bool | None = None  # None: not recorded by that test
    truncate: bool | None = None  # the size of a file can be set; None: it could not be tried
    large_writes: bool = True  # False: writes as large as the server's own limit are refused
    sessions: SessionsFound | None = None  # None: nobody counted
    doubted: str | None = None  # what the server did since, against this profile

    def is_old(self, now: datetime) -> bool:
        return now - self.probed_at >= FRESH

    def wants_test(self, now: datetime) -> bool:
        """Whether the server should be looked at anew before a plan is made from this."""
        return self.doubted is not None or self.is_old(now)

    def with_sessions_of(self, earlier: "ServerProfile | None", now: datetime) -> "ServerProfile":
        """Keeps the count of an earlier test for as long as it is fresh, if this test has counted
        less for other reasons than a refusal."""
        before = earlier.sessions if earlier is not None else None
        if before is None or now - before.at >= FRESH:
            return self
        counted = self.sessions
        if counted is not None and (counted.untried is None or counted.at_once > before.at_once):
            return self
        return replace(self, sessions=before)
