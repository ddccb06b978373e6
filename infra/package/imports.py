"""Imports every handler from the artefact alone, to notice a missing requirement."""

import subprocess
import sys
import tempfile
from pathlib import Path

from infra.package.requirements import PackageIncomplete, link_installed
from infra.package.sources import handler_modules

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
