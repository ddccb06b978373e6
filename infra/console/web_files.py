"""The files of the page, what kind each is, and which path leads to which of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
STATIC = "static"
PAGE = "index.html"
# Browsers are told not to guess (nosniff), so a module of another kind would not run.
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".license": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class KindUnknown(Exception):
    """A file has an ending that KINDS lacks. The message names the file."""


@dataclass(frozen=True)
class WebFiles:
    """What is served. `root` has the files beside index.html and itself, by name; `static` those of
    the folder, by their path in it."""

    root: Mapping[str, bytes]
    static: Mapping[str, bytes]

    @property
    def release(self) -> str:
        """The same files give the same one."""
        digest = hashlib.sha256()
        for folder in (self.root, self.static):
            for name, content in sorted(folder.items()):
                digest.update(f"{name}\0{len(content)}\0".encode() + content)
            digest.update(b"\0")
        return digest.hexdigest()[:16]


def kind_of(name: str) -> str:
    """The Content-Type. Raises KindUnknown."""
    ending = name[name.rfind(".") :].lower()
    if ending not in KINDS:
        raise KindUnknown(f"{name}: say in infra/console/web_files.py of which kind it is.")
    return KINDS[ending]


def read_web(web: Path = WEB) -> WebFiles:
    """Names that begin with a dot are left out. Raises KindUnknown."""
    folder = web / STATIC
    static = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not any(is_hidden(part) for part in path.relative_to(folder).parts)
    }
    root = {
        path.name: path.read_bytes()
        for path in web.iterdir()
        if path.is_file() and not is_hidden(path.name)
    }
    for name in (*root, *static):
        kind_of(name)
    return WebFiles(root, static)


def is_hidden(name: str) -> bool:
    return name.startswith(".")


def file_for(path: str) -> str:
    """The file that a path of an address leads to, as CloudFront's function in the template has it.
    Pages have paths without a file: all of them are index.html, which looks at the path itself. A
    partner's or a user's id may have a dot."""
    parts = path.split("/")
    is_file = parts[1] == STATIC or (len(parts) == 2 and "." in parts[1])
    return path[1:] if is_file else PAGE
