"""Renames a whole part file to its name, in the way that the strategy names."""

from contextlib import suppress

from services.transfer.domain.errors import (
    PermissionDenied,
    TargetExists,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import aside_path
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.strategy import Replacing, Strategy
from services.transfer.domain_services.look_at_target import Look, look_at, require_a_file


def rename_file(
    part: str,
    target: str,
    seen: Look,
    session: PartnerSession,
    strategy: Strategy,
    if_exists: IfExists,
) -> None:
    """`seen` is what has the target's name. Raises TargetExists, TargetError."""
    if if_exists is not IfExists.REPLACE:
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
    _by_stepping_aside(part, target, session, strategy)


def _by_stepping_aside(part: str, target: str, session: PartnerSession, strategy: Strategy) -> None:
    """The old file's other name follows from the part file's. So whoever cleans up after a crash
    finds it (see remove_parts.py)."""
    aside = aside_path(part)
    session.rename(target, aside, replace=False)
    try:
        require_a_file(target, look_at(session, aside, strategy))
        session.rename(part, target, replace=False)
    except TransferError:
        with suppress(TransferError):
            session.rename(aside, target, replace=False)
        raise
    session.remove(aside)
