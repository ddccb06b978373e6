"""The careful way of one file of many: each request waits for its answer, and each refusal is
understood."""

from collections.abc import Iterator
from contextlib import suppress
from posixpath import basename

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    DeliveryUnclear,
    NameShared,
    PartMissing,
    PermissionDenied,
    SizeMismatch,
    TargetDamaged,
    TargetError,
    TargetExists,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.names import candidates, other_spellings
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.deliver_directly import deliver_directly, write_body
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import FileTraces
from services.transfer.domain_services.rename_file import rename_file
from services.transfer.domain_services.take_body import Body


def deliver_body(body: Body, ends: PageEnds, traces: FileTraces) -> FileOutcome:
    """A small file. Raises TargetError when it is refused, PartnerError."""
    target, attempt = ends.target_of(body.file), traces.attempt
    ends.require_folder_of(target)
    ends.settle_old_target(body.file, traces)
    if (found := delivered_before(body, target, ends, traces)) is not None:
        traces.forget(TraceKind.BEGUN, TraceKind.HALF)
        return found
    if ends.strategy.delivery is Delivery.DIRECT:
        name = deliver_directly(body.file, body.content, ends, traces)
        if ends.reads_back:
            require_equal(name, body.crc64, len(body.content), ends)
        return body.outcome(name=other_name(name, target))
    free_name(target, ends)
    part = ends.part_of(body.file, attempt)
    try:
        _write_part(part, body, ends, reads=traces.has(TraceKind.ANEW))
        require_own_name(body.file, part, ends)
        return body.outcome(name=other_name(name_file(part, target, ends, traces), target))
    except TargetError:
        traces.remove(ends.session, part)
        raise


def other_name(path: str, target: str) -> str:
    """'' where it is the file's own."""
    return "" if path == target else basename(path)


def name_file(part: str, target: str, ends: PageEnds, traces: FileTraces) -> str:
    """Gives the whole file its name, and returns the path that it got."""
    strategy, if_exists = ends.strategy, ends.transfer.if_exists
    for name in candidates(target, keeps_both=if_exists is IfExists.KEEP_BOTH):
        seen = look_at(ends.session, name, strategy)
        require_a_file(name, seen)
        if seen.there and if_exists is IfExists.KEEP_BOTH:
            continue
        if seen.there and if_exists is IfExists.FAIL:
            raise TargetExists(name)
        try:
            rename_file(part, name, seen, ends, traces)
            return name
        except TargetExists:
            if if_exists is not IfExists.KEEP_BOTH:
                raise
    raise TargetExists(target)


def free_name(target: str, ends: PageEnds) -> str:
    """A name that the file may have. Nobody is sent bytes for a name that is taken."""
    if_exists = ends.transfer.if_exists
    for name in candidates(target, keeps_both=if_exists is IfExists.KEEP_BOTH):
        seen = look_at(ends.session, name, ends.strategy)
        require_a_file(name, seen)
        if not seen.there or if_exists is IfExists.REPLACE:
            return name
    raise TargetExists(target)


def require_own_name(file: ListedFile, part: str, ends: PageEnds) -> None:
    """Raises NameShared for a file whose name differs only in case or Unicode form from that of
    another one, at a partner that takes the two for one. Our part file tells: it is there under
    another spelling, too."""
    if not file.shares_name or ends.transfer.if_exists is IfExists.KEEP_BOTH:
        return
    for each in other_spellings(part):
        there = look_at(ends.session, each, ends.strategy).there
        if there is not False:
            raise NameShared(ends.target_of(file), bool(there))


def delivered_before(
    body: Body, target: str, ends: PageEnds, traces: FileTraces
) -> FileOutcome | None:
    """An earlier attempt may have given the file a name, and died before that was on record. Then
    the very content is under it. Raises DeliveryUnclear where nothing tells."""
    if not traces.unclear:
        return None
    size, if_exists = len(body.content), ends.transfer.if_exists
    for name in names_taken(target, size, ends):
        try:
            equal = is_equal(name, body.crc64, size, ends)
        except UNSEEN:
            if if_exists is IfExists.REPLACE or TraceKind.HALF in traces.begun(name):
                return None  # sending it again does no harm
            raise DeliveryUnclear(ends.part_of(body.file, traces.attempt), name) from None
        if equal:
            return body.outcome(FileResult.SKIPPED, other_name(name, target))
    return None


def names_taken(target: str, size: int, ends: PageEnds) -> Iterator[str]:
    """Those that the file may have got, by files of its size."""
    for name in candidates(target, keeps_both=ends.transfer.if_exists is IfExists.KEEP_BOTH):
        seen = look_at(ends.session, name, ends.strategy)
        if not seen.there:
            return
        if same_size(seen, size):
            yield name


def same_size(seen: Look, size: int) -> bool:
    return bool(seen.there) and seen.size_bytes in (size, None)


def is_equal(path: str, crc64: int, size: int, ends: PageEnds) -> bool:
    """Raises the errors in UNSEEN."""
    if not ends.strategy.reads:
        raise PermissionDenied(path, "read")
    found = 0
    try:
        with ends.session.open_reader(path) as reader:
            for block in reader.read([(0, size)]):
                found = ends.ports.crc64.update(found, block)
    except SizeMismatch:
        return False
    return found == crc64


def require_equal(path: str, crc64: int, size: int, ends: PageEnds) -> None:
    if not is_equal(path, crc64, size, ends):
        raise TargetDamaged(path, "What was read back", f"{crc64:016x}", "something else")


def _write_part(part: str, body: Body, ends: PageEnds, *, reads: bool) -> None:
    """With `reads`, or for READBACK, it is read back. Raises TargetDamaged where it has other
    content, and so when it was written once more."""
    reads = reads or ends.reads_back
    for last in (False, True):
        with ends.session.create_file(part, ends.strategy) as sink:
            write_body(sink, body.content, ends)
        require_size(part, len(body.content), ends)
        try:
            if reads:
                _require_readable_equal(part, body, ends)
            break
        except TargetDamaged:
            if last:
                raise
    if ends.strategy.sets_times:
        with suppress(TargetError):  # a courtesy, and the file does not depend on it
            ends.session.set_modified(part, body.file.modified)


def _require_readable_equal(part: str, body: Body, ends: PageEnds) -> None:
    """What the server does not show is an error only where reading all back was asked for."""
    try:
        require_equal(part, body.crc64, len(body.content), ends)
    except UNSEEN:
        if ends.reads_back:
            raise


def require_size(path: str, size: int, ends: PageEnds) -> None:
    """Raises PartMissing, SizeMismatch."""
    seen = look_at(ends.session, path, ends.strategy)
    if seen.there is False:
        raise PartMissing(path)
    if seen.size_bytes is not None and seen.size_bytes != size:
        raise SizeMismatch(path, size, seen.size_bytes)
