"""Delivers a file of many straight under its name, for partners that want no renames."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from posixpath import basename

from services.transfer.domain.errors import (
    NameShared,
    SizeMismatch,
    SourceError,
    TargetError,
    TargetExists,
    TargetNotAFile,
)
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.names import candidates
from services.transfer.domain.ports import ChunkSink, FileKind, PartnerSession
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import FileTraces


def deliver_directly(file: ListedFile, content: bytes, ends: PageEnds, traces: FileTraces) -> str:
    """The path that it got. Raises TargetError, PartnerError."""
    path, sink = create_named(file, len(content), content, ends, traces)
    with removing_half(path, ends, traces), sink:
        write_body(sink, content, ends)
    require_size_unless_taken(path, len(content), ends)
    traces.forget(TraceKind.BEGUN, TraceKind.HALF)
    return path


@contextmanager
def removing_half(path: str, ends: PageEnds, traces: FileTraces) -> Iterator[None]:
    """Nobody should take a file that was refused half way for a whole one. Whoever lost its lease
    cannot record that, and removes nothing: another worker's file may have the name."""
    try:
        yield
    except (SourceError, TargetError):
        if TraceKind.HALF in traces.begun(path):
            traces.record(TraceKind.HALF, basename(path))
            remove_half(path, ends, traces)
        raise


def remove_half(path: str, ends: PageEnds, traces: FileTraces) -> None:
    """What the partner does not let us remove stays on record."""
    if _is_removed(ends.session, path):
        traces.forget(TraceKind.BEGUN, TraceKind.HALF)


def write_body(sink: ChunkSink, content: bytes, ends: PageEnds) -> None:
    if content:
        sink.write(0, content)
        ends.tally.written += len(content)
    sink.flush(durable=True)
    sink.close()


def create_named(
    file: ListedFile, size_bytes: int, beginning: bytes, ends: PageEnds, traces: FileTraces
) -> tuple[str, ChunkSink]:
    """The path, and the empty file there. It takes the place of a half file that an earlier attempt
    left, and of no other one, unless that is wished. Raises TargetExists."""
    target, if_exists = ends.target_of(file), ends.transfer.if_exists
    if file.shares_name and if_exists is IfExists.REPLACE:
        raise NameShared(target, False)
    for path in candidates(target, keeps_both=if_exists is IfExists.KEEP_BOTH):
        seen = look_at(ends.session, path, ends.strategy)
        require_a_file(path, seen)
        if seen.kind is FileKind.LINK:  # what is written goes to the file that it leads to
            raise TargetNotAFile(path, FileKind.LINK.value)
        if if_exists is IfExists.REPLACE:
            return path, ends.session.create_file(path, ends.strategy)
        known = traces.begun(path)
        ours = bool(known) and _is_half(path, seen, size_bytes, beginning, ends, known)
        if seen.there and not ours:
            continue
        try:
            return path, _created(path, ends, traces, replaces=ours)
        except TargetExists:
            continue
    raise TargetExists(target)


def _created(path: str, ends: PageEnds, traces: FileTraces, *, replaces: bool) -> ChunkSink:
    """What is about to be created is on record before. Otherwise nobody knows a half file from
    somebody else's."""
    session, strategy = ends.session, ends.strategy
    if not replaces:
        traces.forget(TraceKind.BEGUN, TraceKind.HALF)
        traces.record(TraceKind.BEGUN, basename(path))
    elif not _is_removed(session, path):
        return session.create_file(path, strategy)
    try:
        sink = session.create_file(path, strategy, exclusive=True)
    except TargetExists:
        traces.forget(TraceKind.BEGUN, TraceKind.HALF)
        raise
    if strategy.reads:
        traces.note(TraceKind.HALF, basename(path))
    else:  # after a crash nothing else could tell
        traces.record(TraceKind.HALF, basename(path))
    return sink


def _is_removed(session: PartnerSession, path: str) -> bool:
    """Not every server lets an existing file be emptied."""
    with suppress(TargetError):
        session.remove(path)
        return True
    return False


def _is_half(
    path: str, seen: Look, size_bytes: int, beginning: bytes, ends: PageEnds, known: set[TraceKind]
) -> bool:
    """Whether what has the name can be what an earlier attempt began there."""
    size = seen.size_bytes
    if seen.there is False or (size is not None and size > size_bytes):
        return False
    if size == 0:
        return True
    if ends.strategy.reads:
        with suppress(*UNSEEN):
            return _begins_alike(path, beginning, ends.session)
    return TraceKind.HALF in known  # it was ours, and nothing shows what it is now


def _begins_alike(path: str, beginning: bytes, session: PartnerSession) -> bool:
    at = 0
    try:
        with session.open_reader(path) as reader:
            for block in reader.read([(0, len(beginning))]):
                if block != beginning[at : at + len(block)]:
                    return False
                at += len(block)
    except SizeMismatch:
        pass  # it ends early, and is the same until there
    return True


def require_size_unless_taken(path: str, size_bytes: int, ends: PageEnds) -> None:
    """Raises SizeMismatch. A partner may have taken the file away since it was closed."""
    seen = look_at(ends.session, path, ends.strategy)
    if seen.there and seen.size_bytes not in (size_bytes, None):
        raise SizeMismatch(path, size_bytes, seen.size_bytes or 0)
