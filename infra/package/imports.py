"""Imports every handler from the artefact alone, to notice a missing requirement."""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.package.interpreters import find_interpreter
from infra.package.requirements import PackageIncomplete, link_installed
from infra.package.sources import handler_modules
from infra.package.target import Target

IMPORT_ALL = (
    "import importlib, sys; sys.path[:0] = sys.argv[1:3]; sys.dont_write_bytecode = True\n"
    "for name in sys.argv[3:]: getattr(importlib.import_module(name), 'handler')"
)


def check_imports(service: str, artefact: Path) -> None:
    """Imports with nothing but the standard library, the artefact's sources and the packages that
    its requirements name. Raises PackageIncomplete.

    The packages are this machine's own, because those of the artefact may be for another processor.
    """
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        link_installed(service, packages)
        command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(artefact), str(packages)]
        imported = subprocess.run(
            [*command, *handler_modules(service)], capture_output=True, text=True, check=False
        )
    if imported.returncode:
        raise PackageIncomplete(
            f"The package of {service!r} does not import by itself. Add what is missing to"
            f" services/{service}/requirements.in and run `make lock`.\n{imported.stderr}"
        )


def try_package(folder: Path, modules: Sequence[str], target: Target, python: str = "") -> None:
    """Imports the handlers with the very packages that are deployed. Raises PackageIncomplete, also
    on a machine of another kind, and NoInterpreter."""
    if (machine := platform.machine()) != target.machine:
        raise PackageIncomplete(
            f"{folder} is for {target.machine}, and this machine is {machine}. Try it elsewhere."
        )
    import_alone(find_interpreter(target, python), folder, modules)


def import_alone(interpreter: str, folder: Path, modules: Sequence[str]) -> None:
    """With the standard library and the folder. Raises PackageIncomplete."""
    command = [interpreter, "-I", "-S", "-c", IMPORT_ALL, str(folder), str(folder), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageIncomplete(f"{folder} does not import as it would be deployed.\n{done.stderr}")
