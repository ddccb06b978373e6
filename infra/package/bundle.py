"""Packages that are built once, and are the same on every stage.

python -m infra.package.bundle FOLDER           builds every service into FOLDER
python -m infra.package.bundle FOLDER --try     imports their handlers, on a machine like Lambda's

FOLDER gets a zip for each service, and packages.json with their hashes and the commit.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

from infra.package.archives import archive, content_hash
from infra.package.build import ONE_MOMENT, build
from infra.package.imports import try_package
from infra.package.interpreters import NoInterpreter
from infra.package.requirements import PackageIncomplete
from infra.package.sources import handler_modules
from infra.package.target import Target
from infra.pipeline.deployed import checked_out
from infra.stacks import REPOSITORY, all_stacks

LIST = "packages.json"


class PackageWrong(Exception):
    """A package is not what was built, or not of what is checked out. The message says which."""


def write_bundle(into: Path, python: str = "") -> None:
    """Raises PackageWrong."""
    commit = checked_out()
    if not commit:
        raise PackageWrong("Files differ from their commit. Commit them, then build the packages.")
    into.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for stack in all_stacks():
        if stack.is_service:
            hashes[stack.name] = add_package(into, stack.name, build(stack.name, python))
    write_list(into, commit, hashes)


def add_package(into: Path, service: str, folder: Path) -> dict[str, str]:
    """Raises PackageWrong without bytecode, because each cold start would compile for seconds."""
    if not any(folder.rglob("*.pyc")):
        raise PackageWrong(f"{folder} has no bytecode. Set LAMBDA_PYTHON.")
    zipped = archive(folder)
    (into / f"{service}.zip").write_bytes(zipped)
    return {"sha256": hashlib.sha256(zipped).hexdigest(), "content": content_hash(folder)}


def write_list(into: Path, commit: str, hashes: dict[str, dict[str, str]]) -> None:
    text = json.dumps({"commit": commit, "packages": hashes}, indent=1)
    (into / LIST).write_text(text + "\n", encoding="utf-8")


def unpack(service: str, packages: Path, into: Path | None = None) -> Path:
    """build/SERVICE as it was packaged. Raises PackageWrong."""
    into = into or REPOSITORY / "build" / service
    listed = _read(packages)["packages"]
    if service not in listed:
        raise PackageWrong(f"{packages / LIST} has no package of {service!r}. Build them anew.")
    wanted = listed[service]
    zipped = packages / f"{service}.zip"
    if not zipped.is_file():
        raise PackageWrong(f"{zipped} is missing. Download the packages again.")
    if (found := hashlib.sha256(zipped.read_bytes()).hexdigest()) != wanted["sha256"]:
        raise PackageWrong(
            f"{zipped} has the hash {found}, and {LIST} says {wanted['sha256']}."
            " It is not what was built: download it again, and find out who changed it."
        )
    shutil.rmtree(into, ignore_errors=True)
    with zipfile.ZipFile(zipped) as file:
        file.extractall(into)
    if content_hash(into) != wanted["content"]:
        raise PackageWrong(
            f"{into} is not what {LIST} says, although {zipped} is. Unpack it again."
        )
    for path in into.rglob("*"):
        os.utime(path, (ONE_MOMENT, ONE_MOMENT))  # SAM puts the times into its own zip
    return into


def commit_of(packages: Path, checked_out: str) -> str:
    """Templates and parameters come from what is checked out, so it is of the same commit. Raises
    PackageWrong."""
    commit = str(_read(packages)["commit"])
    if commit != checked_out:
        there = checked_out or "no commit, because files differ from it,"
        raise PackageWrong(
            f"The packages in {packages} are of commit {commit}, and {there} is checked out. Check"
            " the packages' commit out."
        )
    return commit


def _read(packages: Path) -> dict[str, Any]:
    path = packages / LIST
    try:
        listed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackageWrong(f"{path} cannot be read ({error}). Name the packages' folder.") from None
    if not {"commit", "packages"} <= listed.keys():
        raise PackageWrong(f"{path} has no commit or no packages. Build them anew.")
    return listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="", help="of the version that the functions run on")
    parser.add_argument("--try", action="store_true", dest="tried")
    given = parser.parse_args()
    try:
        if not given.tried:
            write_bundle(given.folder, given.python)
        for service in sorted(_read(given.folder)["packages"]):
            folder = unpack(service, given.folder)
            if given.tried:
                try_package(folder, handler_modules(service), Target.of(service), given.python)
            print(f"{service}: {'its handlers import' if given.tried else 'packaged'}")
    except (PackageWrong, PackageIncomplete, NoInterpreter) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
