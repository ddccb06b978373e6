"""python -m infra.vendor fetches the console's libraries from npm into web/static/vendor.

A browser has no node_modules. So each library is one ES module, as its authors built it, and only
bare specifiers ('preact') are rewritten to files ('./preact.js'). `vendored.json` beside them says
what each file is: version, licence, npm's hash of the package and the hash of the file. To upgrade
one, change its version below and run this with `--upgrade`; without it another package than the one
that was recorded is refused.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.stacks import REPOSITORY

FOLDER = REPOSITORY / "web" / "static" / "vendor"
RECORD = FOLDER / "vendored.json"
IMPORTED = re.compile(r"(\bfrom\s*|\bimport\s*\(?\s*)([\"'])([^\"'./][^\"']*)\2")
SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


@dataclass(frozen=True)
class Library:
    """`source` is a path in the package `name`. `file` is its name here, `ending` is added to it.

    `specifiers` are the names by which other libraries import it.
    """

    name: str
    version: str
    source: str
    file: str
    specifiers: tuple[str, ...] = ()
    ending: str = ""


LIBRARIES = (
    Library("preact", "11.2.0", "dist/preact.mjs", "preact.js", ("preact",)),
    Library("preact", "11.2.0", "hooks/dist/hooks.mjs", "hooks.js", ("preact/hooks",)),
    Library("htm", "3.1.1", "dist/htm.module.js", "htm.js", ("htm",)),
    Library(
        "@preact/signals-core",
        "1.14.5",
        "dist/signals-core.module.js",
        "signals-core.js",
        ("@preact/signals-core",),
    ),
    Library("@preact/signals", "2.11.4", "dist/signals.module.js", "signals.js"),
    Library(  # the authors' ES module is not minified, and three times as long
        "uplot", "1.6.32", "dist/uPlot.iife.min.js", "uplot.js", ending="export default uPlot;\n"
    ),
    Library("uplot", "1.6.32", "dist/uPlot.min.css", "uplot.css"),
)
FILE_OF = {each: library.file for library in LIBRARIES for each in library.specifiers}


class VendoringFailed(Exception):
    """A package is not what was recorded, or a file imports what is not here."""


def rewritten(text: str, file: str) -> str:
    """With the files of FILE_OF in the place of bare specifiers. Raises VendoringFailed."""

    def relative(found: re.Match[str]) -> str:
        before, quote, specifier = found.groups()
        if specifier not in FILE_OF:
            raise VendoringFailed(f"{file} imports {specifier!r}, which is not vendored.")
        return f"{before}{quote}./{FILE_OF[specifier]}{quote}"

    return IMPORTED.sub(relative, SOURCE_MAP.sub("", text)).rstrip() + "\n"


def recorded() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(RECORD.read_text()) if RECORD.exists() else []
    return read


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The unpacked package, and npm's own kind of hash of it: sha512-<base64>."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), f"{name}@{version}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    archive = into / said.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    folder = into / archive.stem
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package", f"sha512-{digest}"


def vendor(libraries: tuple[Library, ...], known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Writes each file, and yields what the record says of it. `known`: file -> integrity."""
    with tempfile.TemporaryDirectory() as into:
        for library in libraries:
            package, integrity = fetch(library.name, library.version, Path(into))
            if known.get(library.file, integrity) != integrity:
                raise VendoringFailed(
                    f"{library.name} {library.version} has another hash: --upgrade?"
                )
            text = rewritten((package / library.source).read_text(), library.file)
            (FOLDER / library.file).write_text(text + library.ending)
            licence = f"{library.name.replace('/', '-').lstrip('@')}.LICENSE"
            (FOLDER / licence).write_text((package / "LICENSE").read_text())
            yield {
                "file": library.file,
                "package": library.name,
                "version": library.version,
                "licence": json.loads((package / "package.json").read_text())["license"],
                "licence_file": licence,
                "integrity": integrity,
                "sha256": hashlib.sha256((FOLDER / library.file).read_bytes()).hexdigest(),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="record other packages than before")
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    known = {} if given.upgrade else {each["file"]: each["integrity"] for each in recorded()}
    try:
        record = list(vendor(LIBRARIES, known))
    except VendoringFailed as failed:
        sys.exit(str(failed))
    RECORD.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
