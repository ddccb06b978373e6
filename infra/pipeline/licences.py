"""python -m infra.pipeline.licences writes docs/licences.md: what is deployed under which.

    --check     writes nothing, and fails when the document is old

Either fails for a licence that nobody has looked at.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from infra.stacks import REPOSITORY, all_stacks

DOCUMENT = REPOSITORY / "docs" / "licences.md"
LOCKED = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==")
# What each asks of us: to keep its text, which the packages carry with them.
FREE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "PSF-2.0"}
# Asks for its own source when it is changed. We change none of them, and deploy them as they are,
# as files that can be exchanged.
UNCHANGED = {"LGPL-2.1", "MPL-2.0"}
SPDX = {"Apache License 2.0": "Apache-2.0"}  # what packages write without naming it as SPDX does
# Whose metadata does not say it. Somebody read the licence file in the package.
READ = {"python-dateutil": "Apache-2.0 OR BSD-3-Clause"}


class LicenceUnknown(Exception):
    """The message names the package, its licence, and where to decide."""


def licence_of(package: str) -> str:
    """As SPDX names it. Raises LicenceUnknown."""
    if package in READ:
        return READ[package]
    try:
        told = metadata(package)
    except PackageNotFoundError:
        raise LicenceUnknown(f"{package} is locked and not installed; run `make`.") from None
    named = ("License-Expression", "License")
    written = next((told[name] for name in named if name in told), "")
    return SPDX.get(written.strip(), written.strip())


def require_allowed(package: str, licence: str) -> None:
    """Raises LicenceUnknown."""
    choices = [each.split(" AND ") for each in licence.split(" OR ")]
    if not any(set(every) <= FREE | UNCHANGED for every in choices):
        shown = licence.splitlines()[0] if licence else "no licence that its metadata names"
        raise LicenceUnknown(
            f"{package} has {shown!r}. Read it, then put it into infra/pipeline/licences.py, or"
            " take another package."
        )


def packages() -> list[str]:
    """Whatever a service is deployed with."""
    locks = [stack.folder / "requirements.txt" for stack in all_stacks() if stack.is_service]
    return sorted({name for lock in locks for name in locked(lock)})


def locked(lock: Path) -> Iterable[str]:
    matches = map(LOCKED.match, lock.read_text(encoding="utf-8").splitlines())
    return [match[1] for match in matches if match]


def document() -> str:
    """Raises LicenceUnknown."""
    lines, unchanged = [], []
    for package in packages():
        licence = licence_of(package)
        require_allowed(package, licence)
        lines.append(f"| {package} | {licence} |\n")
        if licence in UNCHANGED:
            unchanged.append(f"{package} ({licence})")
    return HEAD.format(unchanged=", ".join(unchanged)) + "".join(lines)


HEAD = """# Licences
FileFerry is under [Apache-2.0](../LICENSE). This is what the services are deployed with.
`make licences` writes the list from the locks and from what the packages say of themselves.
`make check` fails when a package has a licence that nobody has looked at. The versions are in the
bill of materials that `make sbom` writes for each service (CycloneDX).

These ask for their own source only if somebody changes them, and they are deployed as they are
published: {unchanged}.

| package | licence |
|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    try:
        text = document()
    except LicenceUnknown as error:
        sys.exit(str(error))
    if not given.check:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif DOCUMENT.read_text(encoding="utf-8") != text:
        sys.exit("docs/licences.md is old. Run `make licences`, and commit what it wrote.")


if __name__ == "__main__":
    main()
