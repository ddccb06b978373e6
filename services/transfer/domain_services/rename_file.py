"""Renames a whole part file to its name, in the way that the strategy names."""

from contextlib import suppress

from services.transfer.domain.errors import (
    PermissionDenied,
    TargetError,
    TargetExists,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.file_traces import TraceKind
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import aside_path
from services.transfer.domain.strategy import Replacing
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.page_traces import FileTraces


def rename_file(part: str, target: str, seen: Look, ends: PageEnds, traces: FileTraces) -> None:
    """`seen` is what has the target's name. Raises TargetExists, TargetError."""
    session, strategy = ends.session, ends.strategy
    if ends.transfer.if_exists is not IfExists.REPLACE:
        session.rename(part, target, replace=False)
        return
    replacing = strategy.replacing or Replacing.POSIX_RENAME
    if replacing is Replacing.POSIX_RENAME and session.replaces_atomically:
        try:
            session.rename(part, target, replace=True)
            return
        except (PermissionDenied, WriteRefused):
            pass  # offered, and it does not work here: go the longer way
    if not seen.there or replacing is Replacing.RENAME:
        try:
            session.rename(part, target, replace=False)
            return
        except TargetExists:
            pass
    _by_stepping_aside(part, target, ends, traces)


def _by_stepping_aside(part: str, target: str, ends: PageEnds, traces: FileTraces) -> None:
    """That the old file gets another name is on record before it does. So whoever comes after a
    crash finds it, and gives it its name back."""
    aside, session = aside_path(part), ends.session
    traces.record(TraceKind.OLD)
    session.rename(target, aside, replace=False)
    try:
        require_a_file(target, look_at(session, aside, ends.strategy))
        session.rename(part, target, replace=False)
    except TransferError:
        with suppress(TransferError):
            session.rename(aside, target, replace=False)
            traces.forget(TraceKind.OLD)
        raise
    with suppress(TargetError):  # ours has its name; the other one stays on record
        session.remove(aside)
        traces.forget(TraceKind.OLD)
