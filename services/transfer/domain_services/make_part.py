"""Creates the part file, in the session and through the handle that its first bytes go through."""

from contextlib import suppress
from itertools import count
from posixpath import dirname

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    FolderMissing,
    NoSpace,
    PermissionDenied,
    TargetError,
    TargetExists,
    TargetNotAFile,
    TransferCancelled,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import numbered, resolve_target
from services.transfer.domain.ports import ChunkSink, FileKind, PartnerSession, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.half_file import is_ours
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.partner_session import Visit

MAX_NUMBER = 1_000  # names tried beside an existing one


def make_part(transfer: Transfer, visit: Visit, *, ports: Ports) -> tuple[Transfer, ChunkSink]:
    """The transfer, which has begun, and the open part file. That a lane is about to create it is
    recorded first. So a name whose creation may still be on its way is never used again, and
    the file is found and removed after a crash.

    Raises TargetExists, TargetNotAFile and NoSpace before anything is created. Raises
    StepSuperseded when another lane was about to create it before."""
    destination, strategy = visit.destination, transfer.known_strategy
    path, ours = _free_path(transfer, visit, ports=ports)
    _require_space(transfer, visit.session, path)
    generation = transfer.generation
    transfer = change_run(
        transfer.run_id,
        lambda current: current.opening(generation, path, ports.now()),
        ports=ports,
        known=transfer,
    )
    try:
        sink = _create(transfer, visit.session, destination, ours=ours)
    except TargetError:
        change_run(transfer.run_id, lambda current: current.not_created(generation), ports=ports)
        raise
    try:
        fingerprint = visit.session.host_key_fingerprint
        transfer = change_run(
            transfer.run_id,
            lambda current: current.begin(generation, strategy.lanes, fingerprint, ports.now()),
            ports=ports,
            known=transfer,
        )
    except BaseException as error:
        with suppress(TransferError):
            sink.close()
        if isinstance(error, TransferCancelled) and transfer.known_part.direct:
            with suppress(TransferError):  # nobody else knows that this name is ours
                visit.session.remove(transfer.known_part.path)
        raise
    return transfer, sink


def _free_path(transfer: Transfer, visit: Visit, *, ports: Ports) -> tuple[str, bool]:
    """The part file's path, and whether what has it is ours. A direct one has the target's name, or
    a free one beside it."""
    part, half = transfer.known_part, transfer.half_file()
    if half is not None and is_ours(half, transfer, visit.session, ports=ports):
        return part.path, True
    return _unused_path(transfer, visit), False


def _unused_path(transfer: Transfer, visit: Visit) -> str:
    part, strategy = transfer.known_part, transfer.known_strategy
    target = resolve_target(visit.destination.base_path, transfer.target_path)
    keeps_both = transfer.if_exists is IfExists.KEEP_BOTH
    for number in count():
        name = numbered(target, number) if number else target
        seen = look_at(visit.session, name, strategy)
        require_a_file(name, seen)
        if part.direct:
            _require_no_link(name, seen)
        if not seen.there or transfer.if_exists is IfExists.REPLACE:
            return name if part.direct else part.path
        if not keeps_both or number >= MAX_NUMBER:
            raise TargetExists(name)
        if not part.direct:
            return part.path  # the commit finds a free name
    raise TargetExists(target)


def _require_no_link(path: str, seen: Look) -> None:
    """What is written to a link goes to the file it leads to."""
    if seen.kind is FileKind.LINK:
        raise TargetNotAFile(path, FileKind.LINK.value)


def _require_space(transfer: Transfer, session: PartnerSession, path: str) -> None:
    """Raises NoSpace for a large file that surely does not fit. A server that says 0 does not know
    it."""
    if transfer.known_plan.total <= 1:
        return
    free = session.free_bytes(dirname(path) or ".")
    if free and free < transfer.known_source.size_bytes:
        raise NoSpace(path, free)


def _create(
    transfer: Transfer, session: PartnerSession, destination: Destination, *, ours: bool
) -> ChunkSink:
    part, strategy = transfer.known_part, transfer.known_strategy
    # A file that takes the target's name at once must not take the place of another one.
    exclusive = part.direct and not ours and transfer.if_exists is not IfExists.REPLACE
    try:
        return session.create_file(part.path, strategy, exclusive=exclusive)
    except (FolderMissing, PermissionDenied, WriteRefused) as error:
        folder = dirname(part.path)
        if not destination.create_folders or not folder:
            raise
        missing = isinstance(error, FolderMissing)
        if not missing and look_at(session, folder, strategy).there is not False:
            raise
    _make_folders(session, folder, destination.base_path)
    return session.create_file(part.path, strategy, exclusive=exclusive)


def _make_folders(session: PartnerSession, folder: str, base_path: str) -> None:
    """Makes `folder` and those above it, but not the base path itself."""
    try:
        session.make_folder(folder)
    except FolderMissing:
        above = dirname(folder)
        if len(above) <= len(base_path.rstrip("/")) or above == folder:
            raise
        _make_folders(session, above, base_path)
        session.make_folder(folder)
