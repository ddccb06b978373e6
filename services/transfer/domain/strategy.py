"""How a file will be moved to a destination, and why.

This is the only place that turns a profile into a plan. Whoever works at the partner obeys the
plan that is on the transfer's record.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.destination import Delivery, Destination, Protocol
from services.transfer.domain.errors import (
    ContentChanged,
    FilesTakenAway,
    NamesUnprotected,
    ReadingRefused,
    RenameRefused,
    TooLongForOneHandle,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.partner_checksums import choose_checksum, why_none_compared
from services.transfer.domain.proof import Verify
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.server_words import cautions_of_server
from services.transfer.domain.session_words import who_allows


class Method(StrEnum):
    LANES = "lanes"  # chunks at once, each at its offset
    IN_ORDER = "in_order"  # one lane, chunk after chunk; a later turn opens the file again
    ONE_HANDLE = "one_handle"  # one lane; the file is opened once and written to its end

    def is_no_harder_than(self, other: "Method") -> bool:
        """Whether a server that allows `other` also allows this one."""
        easiest_first = (Method.ONE_HANDLE, Method.IN_ORDER, Method.LANES)
        return easiest_first.index(self) <= easiest_first.index(other)


class Replacing(StrEnum):
    """How the file under the target's name is replaced."""

    POSIX_RENAME = "posix_rename"  # in one step
    RENAME = "rename"  # the server's plain RENAME does it
    ASIDE = "aside"  # the old file gets another name first


@dataclass(frozen=True)
class Strategy:
    """The plan. Its defaults are for a server that nobody has probed: what it offers is tried."""

    method: Method = Method.IN_ORDER
    delivery: Delivery = Delivery.ATOMIC
    lanes: int = 1  # at most; a plan of fewer chunks gets fewer
    replacing: Replacing | None = None  # None: POSIX_RENAME where the server offers it, else ASIDE
    fsync: bool = True
    reads: bool = True
    shows_files: bool = True
    tells_missing: bool | None = None
    sets_times: bool = True
    checksum: Algorithm | None = None  # the server's own, compared in the end
    why: str = "One lane: what the server can do is not known before a test."
    cautions: tuple[str, ...] = ()
    long_turn: bool = False  # one handle, for longer than a function lives
    no_checksum: str | None = None  # why none is compared, although the server computes some

    @property
    def reopens(self) -> bool:
        return self.method is not Method.ONE_HANDLE


UNENCRYPTED = "Nothing is encrypted: whoever sees the connection can read and change the files."
UNKNOWN = Strategy()
# Of a server that nobody may test: nothing tells what an attempt to open a file again does to it.
UNTESTED = Strategy(
    method=Method.ONE_HANDLE,
    why="One lane through one handle: what the server can do is not known, and the destination"
    " wants no files of a test.",
)


@dataclass(frozen=True)
class Wish:
    """What the transfer wants of the plan."""

    size_bytes: int = 0
    if_exists: IfExists = IfExists.FAIL
    verify: Verify = Verify.CHECKSUM
    lanes: int = 1
    one_handle_bytes: int | None = None  # what one turn in a function surely carries
    long_handle_bytes: int = 0  # what one turn in a container carries; 0: there is none
    source: ObjectChecksum | None = None  # what S3 has
    written_anew: bool = False  # what was written first reads back with other content


def choose_strategy(destination: Destination, wish: Wish) -> Strategy:
    """Raises ContentChanged, FilesTakenAway, RenameRefused, NamesUnprotected, ReadingRefused or
    TooLongForOneHandle for what this server cannot do, before a byte is moved."""
    profile = destination.profile
    direct = destination.delivery is Delivery.DIRECT
    if profile is not None:
        _require_possible(destination, profile, wish)
    if direct:
        strategy = _directly(destination, profile)
    else:
        strategy = _by_part_file(destination, profile, wish)
    if destination.protocol is Protocol.FTP:
        strategy = replace(strategy, cautions=(UNENCRYPTED, *strategy.cautions))
    if not strategy.reopens:
        strategy = _in_one_go(strategy, wish)
    if profile is None or wish.verify is Verify.SIZE:
        return strategy
    in_order, size = strategy.lanes == 1, wish.size_bytes
    checksum = choose_checksum(profile, wish.source, size, in_order=in_order)
    none = why_none_compared(profile, size) if checksum is None else None
    return replace(strategy, checksum=checksum, no_checksum=none)


def _in_one_go(strategy: Strategy, wish: Wish) -> Strategy:
    most_bytes = wish.one_handle_bytes
    if most_bytes is None or wish.size_bytes <= most_bytes:
        return strategy
    if wish.size_bytes > wish.long_handle_bytes:
        most_bytes = max(most_bytes, wish.long_handle_bytes)
        raise TooLongForOneHandle(wish.size_bytes, most_bytes, wish.long_handle_bytes > 0)
    why = f"{strategy.why} That takes longer than a function lives, so a container sends it."
    return replace(strategy, long_turn=True, why=why)


def _fits_one_handle(wish: Wish) -> bool:
    most_bytes = wish.one_handle_bytes
    return most_bytes is None or wish.size_bytes <= max(most_bytes, wish.long_handle_bytes)


def _require_possible(destination: Destination, profile: ServerProfile, wish: Wish) -> None:
    host, direct = destination.host, destination.delivery is Delivery.DIRECT
    if not direct and not profile.keeps_files:
        raise FilesTakenAway(host)
    if not direct and not profile.rename:
        raise RenameRefused(host)
    if profile.keeps_content is False and wish.verify is not Verify.SIZE:
        raise ContentChanged(host)
    if wish.verify is Verify.READBACK and not (profile.read and profile.keeps_files):
        raise ReadingRefused(host)
    if profile.keeps_files and _may_be_overwritten(destination, profile, wish.if_exists):
        why = "it does not show whether a name is taken, and overwrites what has it"
        raise NamesUnprotected(host, wish.if_exists.value, why)
    overwrites = profile.overwrite or not profile.keeps_files
    if wish.if_exists is IfExists.REPLACE and direct and not overwrites:
        raise NamesUnprotected(host, "replace", "it refuses to overwrite a file")


def _may_be_overwritten(
    destination: Destination, profile: ServerProfile, if_exists: IfExists
) -> bool:
    """Whether a file that nobody wanted to replace could lose its name to ours."""
    if if_exists is IfExists.REPLACE or (profile.shows_files and profile.tells_missing):
        return False
    if destination.delivery is Delivery.ATOMIC:
        return profile.rename_overwrites
    return if_exists is IfExists.KEEP_BOTH or not profile.exclusive


def _directly(destination: Destination, profile: ServerProfile | None) -> Strategy:
    known = UNKNOWN if profile is None else _known(destination, profile)
    cautions = () if profile is None else cautions_of_server(destination, profile)
    return replace(
        known,
        method=Method.ONE_HANDLE,
        delivery=Delivery.DIRECT,
        why="Straight to the target's name, through one handle: the destination's delivery is"
        " 'direct'.",
        cautions=(
            "The partner can see the file while it is incomplete, and a transfer that fails half"
            " way may leave a part of it under its name. It has the time of its arrival.",
            *cautions,
        ),
    )


def _by_part_file(destination: Destination, profile: ServerProfile | None, wish: Wish) -> Strategy:
    simple = _fits_one_handle(wish)
    known = UNKNOWN if profile is None else _known(destination, profile)
    if wish.written_anew and simple:
        return replace(
            known,
            method=Method.ONE_HANDLE,
            why="One lane through one handle: what was written in another way had other content.",
        )
    if profile is None:
        return UNKNOWN if destination.probe_writes or not simple else UNTESTED
    if not profile.reopen:
        return replace(
            known,
            method=Method.ONE_HANDLE,
            why="One lane through one handle: the server does not let a file be opened again and"
            " go on, or does not show that it does. After a loss the file is sent from its"
            " beginning.",
        )
    if not profile.write_at_offset:
        why = "the server refuses or loses writes at an offset."
        if destination.protocol.is_ftp:
            why = "FTP stores a file through one connection at a time."
        return replace(known, method=Method.IN_ORDER, why=f"One lane, from beginning to end: {why}")
    lanes = min(wish.lanes, lane_sessions(destination))
    why = f"As many lanes as help, up to {lanes}, that write chunks at once, each at its offset."
    if lanes == 1:
        why = "One lane that writes its chunks one after the other, each at its offset."
    if lanes < wish.lanes:
        why = f"As many lanes as help, up to {lanes}: {who_allows(destination)} no more."
    if lanes == 1 and wish.lanes > 1:
        why = f"One lane: {who_allows(destination)} no more at once."
    return replace(known, method=Method.LANES, lanes=lanes, why=why)


def _known(destination: Destination, profile: ServerProfile) -> Strategy:
    replacing = Replacing.ASIDE
    if profile.rename_overwrites:
        replacing = Replacing.RENAME
    if profile.atomic_replace:
        replacing = Replacing.POSIX_RENAME
    return Strategy(
        replacing=replacing,
        fsync=profile.fsync,
        reads=profile.read and profile.keeps_content is not False,
        shows_files=profile.shows_files,
        tells_missing=profile.tells_missing,
        sets_times=profile.set_times,
        cautions=cautions_of_server(destination, profile, aside=replacing is Replacing.ASIDE),
    )


def lane_sessions(destination: Destination) -> int:
    """How many sessions lanes may hold for long. Where there are several, lanes leave one to the
    short steps of workflows and to the lanes of small files, so that a huge transfer does not keep
    others waiting."""
    return max(1, destination.sessions - 1)
