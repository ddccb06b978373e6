"""The careful way of one file of many: each request waits for its answer, and each refusal is
understood."""

from collections.abc import Iterator
from contextlib import suppress

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    DeliveryUnclear,
    PartMissing,
    PermissionDenied,
    SizeMismatch,
    TargetDamaged,
    TargetError,
    TargetExists,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import numbered
from services.transfer.domain.ports import ChunkSink
from services.transfer.domain.proof import Verify
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.rename_file import rename_file
from services.transfer.domain_services.take_body import Body

MAX_NUMBER = 1_000  # names tried beside an existing one


def deliver_body(body: Body, ends: PageEnds, attempt: int) -> FileOutcome:
    """A small file. Raises TargetError when it is refused, PartnerError."""
    target, session = ends.target_of(body.file), ends.session
    ends.require_folder_of(target)
    if (found := delivered_before(body, target, ends, attempt)) is not None:
        return found
    if ends.strategy.delivery is Delivery.DIRECT:
        return _directly(body, target, ends)
    free_name(target, ends)
    part = ends.part_of(body.file, attempt)
    try:
        with session.create_file(part, ends.strategy) as sink:
            _write(sink, body)
        _require_whole(part, body, ends)
        _set_modified(part, body, ends)
        return body.outcome(path=name_file(part, target, ends))
    except TargetError:
        with suppress(TargetError):
            session.remove(part)
        raise


def name_file(part: str, target: str, ends: PageEnds) -> str:
    """Gives the whole file its name. The name that it got, or '' for its own."""
    strategy, if_exists = ends.strategy, ends.transfer.if_exists
    for name in candidates(target, if_exists):
        seen = look_at(ends.session, name, strategy)
        require_a_file(name, seen)
        if seen.there and if_exists is IfExists.KEEP_BOTH:
            continue
        if seen.there and if_exists is IfExists.FAIL:
            raise TargetExists(name)
        try:
            rename_file(part, name, seen, ends.session, strategy, if_exists)
            return "" if name == target else name
        except TargetExists:
            if if_exists is not IfExists.KEEP_BOTH:
                raise
    raise TargetExists(target)


def free_name(target: str, ends: PageEnds) -> str:
    """A name that the file may have. Nobody is sent bytes for a name that is taken."""
    if_exists = ends.transfer.if_exists
    for name in candidates(target, if_exists):
        seen = look_at(ends.session, name, ends.strategy)
        require_a_file(name, seen)
        if not seen.there or if_exists is IfExists.REPLACE:
            return name
    raise TargetExists(target)


def candidates(target: str, if_exists: IfExists) -> Iterator[str]:
    yield target
    if if_exists is IfExists.KEEP_BOTH:
        yield from (numbered(target, number) for number in range(1, MAX_NUMBER + 1))


def delivered_before(body: Body, target: str, ends: PageEnds, attempt: int) -> FileOutcome | None:
    """An earlier attempt may have given the file a name, and died before that was on record. Then
    the very content is under it. Raises DeliveryUnclear where nothing tells."""
    if attempt == 1:
        return None
    size, if_exists = len(body.content), ends.transfer.if_exists
    for name in names_taken(target, size, ends):
        try:
            equal = is_equal(name, body.crc64, size, ends)
        except UNSEEN:
            if if_exists is IfExists.REPLACE:
                return None  # sending it again does no harm
            raise DeliveryUnclear(ends.part_of(body.file, attempt), name) from None
        if equal:
            return body.outcome(FileResult.SKIPPED, "" if name == target else name)
    return None


def names_taken(target: str, size: int, ends: PageEnds) -> Iterator[str]:
    """Those that the file may have got, by files of its size."""
    for name in candidates(target, ends.transfer.if_exists):
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


def _directly(body: Body, target: str, ends: PageEnds) -> FileOutcome:
    """Under the target's name at once, which must not take the place of another file."""
    if_exists = ends.transfer.if_exists
    for name in candidates(target, if_exists):
        try:
            exclusive = if_exists is not IfExists.REPLACE
            with ends.session.create_file(name, ends.strategy, exclusive=exclusive) as sink:
                _write(sink, body)
            _require_whole(name, body, ends)
            return body.outcome(path="" if name == target else name)
        except TargetExists:
            if if_exists is not IfExists.KEEP_BOTH:
                raise
    raise TargetExists(target)


def _write(sink: ChunkSink, body: Body) -> None:
    if body.content:
        sink.write(0, body.content)
    sink.flush(durable=True)
    sink.close()


def _require_whole(path: str, body: Body, ends: PageEnds) -> None:
    """Raises PartMissing, SizeMismatch, TargetDamaged."""
    size = len(body.content)
    seen = look_at(ends.session, path, ends.strategy)
    if seen.there is False:
        raise PartMissing(path)
    if seen.size_bytes is not None and seen.size_bytes != size:
        raise SizeMismatch(path, size, seen.size_bytes)
    if ends.transfer.verify is Verify.READBACK:
        require_equal(path, body.crc64, size, ends)


def _set_modified(path: str, body: Body, ends: PageEnds) -> None:
    if ends.strategy.sets_times:
        with suppress(TargetError):  # a courtesy, and the file does not depend on it
            ends.session.set_modified(path, body.file.modified)
