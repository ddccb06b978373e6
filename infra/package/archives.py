"""Archives and hashes of a folder. They depend on nothing but the folder's content."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path


def archive(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes())
    return content.getvalue()


def content_hash(folder: Path) -> str:
    """The hash of all files. Of bytecode only the names count, because patch releases of Python may
    compile the same source to other bytes, and two machines must get the same hash."""
    digest = hashlib.sha256()
    for path in _files(folder):
        content = b"" if path.suffix == ".pyc" else path.read_bytes()
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))
