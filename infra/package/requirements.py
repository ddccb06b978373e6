"""Provides a service's locked packages, for Lambda or as this machine has them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from infra.package.target import Target
from infra.stacks import REPOSITORY

# pip writes these with this machine's paths in them. No function runs or reads them.
OF_THIS_MACHINE = ("bin", "*.dist-info/RECORD", "*.dist-info/direct_url.json")


class PackageIncomplete(Exception):
    """A handler cannot be imported from the artefact alone."""


def install(service: str, target: Target, into: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(into)),
            *("--no-deps", "--no-compile", "--require-hashes", *target.pip_options()),
            *("--requirement", str(_requirements(service))),
        ],
        check=True,
    )
    for pattern in OF_THIS_MACHINE:
        for path in into.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def link_installed(service: str, into: Path) -> None:
    """Links to this machine's packages. Raises PackageIncomplete when their versions differ."""
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


def _requirements(service: str) -> Path:
    return REPOSITORY / "services" / service / "requirements.txt"


def _locked(service: str) -> Iterator[tuple[str, str]]:
    for line in _requirements(service).read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, _, rest = line.partition("==")
            yield name.split("[")[0], rest.split()[0]
