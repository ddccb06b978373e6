"""Creates the part file, in the session and through the handle that its first bytes go through."""

from contextlib import suppress
from itertools import count
from posixpath import dirname

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    FolderMissing,
    NamesUnprotected,
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
from services.transfer.domain.strategy import Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import HIDDEN
from services.transfer.domain_services.half_file import is_ours
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.target_folders import make_folders, require_folders

MAX_NUMBER = 1_000  # names tried beside an existing one
MAX_TAKEN = 20  # of them, by somebody else between the look and the creation


def make_part(transfer: Transfer, visit: Visit, *, ports: Ports) -> tuple[Transfer, ChunkSink]:
    """The transfer, which has begun, and the open part file. That a lane is about to create it is
    recorded first. So a name whose creation may still be on its way is never used again, and
    the file is found and removed after a crash.

    Raises TargetExists, TargetNotAFile and NoSpace before anything is created. Raises
    StepSuperseded when another lane was about to create it before."""
    for _ in range(MAX_TAKEN):
        try:
            return _make(transfer, visit, ports=ports)
        except TargetExists:
            if not transfer.known_part.direct or transfer.if_exists is not IfExists.KEEP_BOTH:
                raise  # else somebody else was quicker, and the next number is looked for
    raise TargetExists(transfer.target_path)


def _make(transfer: Transfer, visit: Visit, *, ports: Ports) -> tuple[Transfer, ChunkSink]:
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
        seen = _look(visit, name, strategy)
        require_a_file(name, seen)
        if part.direct:
            _require_no_link(name, seen)
        elif seen.there is None:
            _require_safe_names(transfer, visit, name)
        if not seen.there or transfer.if_exists is IfExists.REPLACE:
            return name if part.direct else part.path
        if not keeps_both or number >= MAX_NUMBER:
            raise TargetExists(name)
        if not part.direct:
            return part.path  # the commit finds a free name
    raise TargetExists(target)


def _look(visit: Visit, path: str, strategy: Strategy) -> Look:
    try:
        return look_at(visit.session, path, strategy)
    except WriteRefused:  # as below a name that is no folder
        require_folders(visit.session, dirname(path), visit.destination.base_path)
        raise


def _require_safe_names(transfer: Transfer, visit: Visit, path: str) -> None:
    """A server that was never tested may overwrite in silence. That it shows what exists is seen
    at the folder."""
    if_exists, tested = transfer.if_exists, transfer.known_strategy.tells_missing is not None
    if if_exists is IfExists.REPLACE or tested:
        return
    with suppress(*HIDDEN):
        if visit.session.look(dirname(path) or ".") is not None:
            return
    why = "it does not show whether a name is taken, and no test has told what it does then"
    raise NamesUnprotected(visit.destination.host, if_exists.value, why)


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
        require_folders(session, folder, destination.base_path)
        if not destination.create_folders or not folder:
            raise
        missing = isinstance(error, FolderMissing)
        if not missing and look_at(session, folder, strategy).there is not False:
            raise
    make_folders(session, folder, destination.base_path)
    return session.create_file(part.path, strategy, exclusive=exclusive)
