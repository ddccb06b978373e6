"""Finds out what an SFTP server can do, by doing what a transfer does, with small files.

Each finding says what happened. A refusal is a finding, too. Only a server on which no file can
be created at all makes the probe fail.
"""

import posixpath
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from services.transfer.adapters.offered_checksums import offered_checksums
from services.transfer.adapters.sftp_packets import Limits
from services.transfer.adapters.sftp_probe_files import BLOCK_BYTES, ProbeFiles
from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.errors import PartnerError, TargetError
from services.transfer.domain.server_profile import ServerProfile

ROUND_TRIPS = 3  # the quickest one counts, because the others waited for something else


class OneFile(TypedDict):
    fsync: bool
    shows_files: bool
    tells_missing: bool
    keeps_files: bool
    read: bool
    keeps_content: bool | None
    reopen: bool
    write_at_offset: bool
    exclusive: bool
    overwrite: bool
    truncate: bool | None
    set_times: bool
    rename: bool


class Names(TypedDict):
    rename_overwrites: bool
    atomic_replace: bool


@dataclass(frozen=True)
class Offers:
    """What the server itself says that it can do."""

    limits: Limits
    fsync: bool
    checksums: bool  # some of them


@dataclass
class Probe:
    files: ProbeFiles
    offers: Offers

    def run(self, base_path: str, now: datetime) -> ServerProfile:
        """Raises when no file can be created. Where files cannot be removed, it makes one
        only, and a second one where the server does not show which names are taken."""
        files, session, limits = self.files, self.files.session, self.offers.limits
        facts, left = session.login_facts(), list[str]()
        round_trip, free = self._round_trip_seconds(base_path), session.free_bytes(base_path)
        first, renamed = files.new_path(base_path), files.new_path(base_path)
        try:
            one_file = self._try_one_file(first, renamed)
            left = files.clean_up()
            names = self._try_names(renamed, one_file, removes=not left)
            left = sorted({*left, *files.clean_up()})
            removes = not left
            large = not removes or self._takes_its_own_limit(base_path)
            kept = renamed if one_file["rename"] else first
            checksums = self._checksums(base_path, None if removes else kept, one_file)
        finally:
            left = sorted({*left, *files.clean_up()})
        return ServerProfile(
            software=facts.software,
            cipher=facts.cipher,
            max_write_bytes=limits.max_write_bytes,
            max_read_bytes=limits.max_read_bytes,
            free_bytes=free or None,
            round_trip_seconds=round_trip,
            probed_at=now,
            remove=removes,
            left_behind=tuple(left),
            home=facts.home,
            banner=facts.banner,
            fsync_offered=self.offers.fsync,
            large_writes=large,
            checksums=checksums,
            **one_file,
            **names,
        )

    def _try_one_file(self, first: str, second: str) -> OneFile:
        """What a file can do, from its creation under the first name to the second one."""
        files, blocks = self.files, [secrets.token_bytes(BLOCK_BYTES) for _ in range(4)]
        fsync = files.writes_durably(first, blocks[0]) and self.offers.fsync
        shows, tells = files.shows(first, BLOCK_BYTES), files.tells_missing(second)
        keeps = files.is_kept(first, shows=shows)
        found = files.beginning(first, BLOCK_BYTES) if keeps else None
        reopen = found == blocks[0] and files.reopens(first, blocks)
        return OneFile(
            fsync=fsync,
            shows_files=shows,
            tells_missing=tells,
            keeps_files=keeps,
            read=found is not None,
            keeps_content=None if found is None else found == blocks[0],
            reopen=reopen,
            write_at_offset=reopen and files.writes_at_offsets(first, blocks),
            exclusive=keeps and files.is_exclusive(first),
            overwrite=keeps and files.overwrites(first),
            truncate=files.is_cut(first, shows=shows) if keeps else None,
            set_times=keeps and files.sets_times(first),
            rename=keeps and files.renames(first, second, replace=False),
        )

    def _try_names(self, taken: str, one_file: OneFile, *, removes: bool) -> Names:
        """Whether a file can take the name of another one, which is still there where nothing can
        be removed. What cannot be tried counts as the server offers it."""
        files, rename = self.files, one_file["rename"]
        replaces = files.session.replaces_atomically
        shown = one_file["shows_files"] and one_file["tells_missing"]
        if not rename or (shown and not removes):
            return Names(rename_overwrites=False, atomic_replace=rename and replaces)
        folder = posixpath.dirname(taken)
        if removes:
            files.write(taken, [b"old"])
        covers = files.takes_name(files.new_path(folder), taken, replace=False)
        if removes and replaces:
            replaces = files.takes_name(files.new_path(folder), taken, replace=True)
        return Names(rename_overwrites=covers, atomic_replace=replaces)

    def _takes_its_own_limit(self, base_path: str) -> bool:
        """Late, because a server that says too much may end the connection over it."""
        most = self.offers.limits.max_write_bytes
        if most is None:
            return True
        try:
            return self.files.takes_at_once(self.files.new_path(base_path), most)
        except PartnerError:
            return False

    def _checksums(
        self, base_path: str, kept: str | None, one_file: OneFile
    ) -> tuple[Algorithm, ...]:
        """The last try of all: a server that offers one and never gives it costs the session.
        Of a file of its own, or of the one that is `kept` because nothing can be removed."""
        if not self.offers.checksums or not one_file["keeps_files"]:
            return ()
        try:
            if kept is not None:
                content = self.files.content(kept)
                return (
                    () if content is None else offered_checksums(self.files.session, kept, content)
                )
            path, content = self.files.new_path(base_path), secrets.token_bytes(BLOCK_BYTES)
            self.files.write(path, [content])
            return offered_checksums(self.files.session, path, content)
        except (PartnerError, TargetError):
            return ()

    def _round_trip_seconds(self, base_path: str) -> float:
        seconds = []
        for _ in range(ROUND_TRIPS):
            started = time.perf_counter()
            with suppress(TargetError):  # a refusal is an answer, too
                self.files.session.look(base_path)
            seconds.append(time.perf_counter() - started)
        return min(seconds)
