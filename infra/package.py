"""Builds what is deployed: a service with the contracts, kernel and runtime it was tested with.

python -m infra.package SERVICE     into build/SERVICE, with the packages for AWS Lambda on ARM
"""

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.stacks import REPOSITORY, find_stack

SHARED = ("contracts", "kernel", "runtime")
NOT_CODE = {
    "template.yaml",
    "README.md",
    "requirements.in",
    "requirements.txt",
    "workflow.asl.json",
}
ONE_MOMENT = 315_532_800  # 1980-01-01, the oldest a zip can say: equal content, equal archive
# Lambda's python3.11 runs on glibc 2.26, so nothing that asks for a newer one may be chosen.
AWS_TARGET = (
    *("--platform", "manylinux2014_aarch64", "--platform", "manylinux_2_26_aarch64"),
    *("--python-version", "3.11"),
)
IMPORT_ALL = (
    "import importlib, sys; sys.path[:0] = sys.argv[1:3]; sys.dont_write_bytecode = True\n"
    "for name in sys.argv[3:]: getattr(importlib.import_module(name), 'handler')"
)


class PackageIncomplete(Exception):
    """A handler cannot be imported from the artefact alone."""


def copy_sources(service: str, into: Path) -> None:
    """The service's code and what is shared; nothing of other services, tests or infra."""
    (into / "services").mkdir(parents=True)
    shutil.copyfile(REPOSITORY / "services/__init__.py", into / "services/__init__.py")
    for folder in (f"services/{service}", *SHARED):
        shutil.copytree(
            REPOSITORY / folder,
            into / folder,
            ignore=lambda _, names: [n for n in names if n in NOT_CODE or n == "__pycache__"],
        )


def install_for_aws(service: str, into: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(into)),
            *("--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"),
            *AWS_TARGET,
            *("--requirement", str(_requirements(service))),
        ],
        check=True,
    )


def check_imports(service: str, artefact: Path) -> None:
    """Imports every handler with nothing but the standard library, the artefact's sources and the
    packages that its requirements name; raises PackageIncomplete.

    The packages are this machine's own, because those of the artefact may be of another processor.
    """
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        _link_requirements(service, packages)
        command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(artefact), str(packages)]
        imported = subprocess.run(
            [*command, *handler_modules(service)], capture_output=True, text=True, check=False
        )
    if imported.returncode:
        raise PackageIncomplete(
            f"The package of {service!r} does not import by itself. Add what is missing to"
            f" services/{service}/requirements.in and run `make lock`.\n{imported.stderr}"
        )


def handler_modules(service: str) -> list[str]:
    """Those that the service's template names."""
    resources = find_stack(service).completed()["Resources"].values()
    functions = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return sorted(each["Properties"]["Handler"].removesuffix(".handler") for each in functions)


def archive(folder: Path) -> bytes:
    """A zip that depends on the content only."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes())
    return content.getvalue()


def source_archive(service: str) -> bytes:
    """What the local stack runs: without packages, which its virtual environment has."""
    with tempfile.TemporaryDirectory() as folder:
        copy_sources(service, Path(folder))
        return archive(Path(folder))


def content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(service: str) -> Path:
    into = REPOSITORY / "build" / service
    shutil.rmtree(into, ignore_errors=True)
    copy_sources(service, into)
    check_imports(service, into)
    install_for_aws(service, into)
    for path in into.rglob("*"):
        os.utime(path, (ONE_MOMENT, ONE_MOMENT))  # SAM zips the times, too
    return into


def _requirements(service: str) -> Path:
    return REPOSITORY / "services" / service / "requirements.txt"


def _locked(service: str) -> Iterator[tuple[str, str]]:
    for line in _requirements(service).read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, _, rest = line.partition("==")
            yield name.split("[")[0], rest.split()[0]


def _link_requirements(service: str, into: Path) -> None:
    for name, version in _locked(service):
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            raise PackageIncomplete(f"{name}=={version} is not installed; run `make`.") from None
        if installed.version != version:
            raise PackageIncomplete(
                f"{name} is locked at {version}, installed is {installed.version}."
                " Run `make lock`, then `make`."
            )
        tops = {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}
        for top in tops:
            link = into / top
            if not link.exists():
                link.symlink_to(Path(str(installed.locate_file(top))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service")
    service = parser.parse_args().service
    into = build(service)
    size = sum(path.stat().st_size for path in into.rglob("*") if path.is_file())
    modules = len(handler_modules(service))
    print(f"{into.relative_to(REPOSITORY)}: {size / 1e6:.1f} MB, {modules} handlers import")


if __name__ == "__main__":
    main()
