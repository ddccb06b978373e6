"""The folders that a target lies in, below the destination's base path."""

from collections.abc import Iterator
from posixpath import dirname

from services.transfer.domain.errors import FolderMissing, NotAFolder
from services.transfer.domain.ports import FileKind, PartnerSession
from services.transfer.domain_services.compare_samples import HIDDEN


def require_folders(session: PartnerSession, folder: str, base_path: str) -> None:
    """Raises NotAFolder where the server shows that something else has the name of one of them. No
    server tells this by its status."""
    for each in reversed(list(_below(folder, base_path))):
        try:
            seen = session.look(each)
        except HIDDEN:
            return
        if seen is None:
            return
        if seen.kind in (FileKind.FILE, FileKind.OTHER):
            raise NotAFolder(each, seen.kind.value)


def make_folders(session: PartnerSession, folder: str, base_path: str) -> None:
    """Makes `folder` and those above it, but not the base path itself."""
    if folder not in _below(folder, base_path):
        raise FolderMissing(folder)
    try:
        session.make_folder(folder)
    except FolderMissing:
        make_folders(session, dirname(folder), base_path)
        session.make_folder(folder)


def _below(folder: str, base_path: str) -> Iterator[str]:
    """`folder` and those above it, without the base path."""
    while len(folder) > len(base_path.rstrip("/")) and folder != dirname(folder):
        yield folder
        folder = dirname(folder)
