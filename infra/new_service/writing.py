"""Writes all files or none."""

from collections.abc import Callable, Mapping
from pathlib import Path

GENERATED = Path("docs/events.md")


def write_all(repository: Path, files: Mapping[Path, str], then: Callable[[], object]) -> None:
    """`then` may change what is generated. If it or a file fails, everything is as before."""
    before = {path: _content(repository / path) for path in (*files, GENERATED)}
    try:
        for path, text in files.items():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text(text, encoding="utf-8")
        then()
    except BaseException:
        for path, content in before.items():
            _put_back(repository / path, content)
        raise


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _put_back(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if not folder.is_dir():
            continue
        if any(folder.iterdir()):
            break
        folder.rmdir()
