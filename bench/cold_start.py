"""What a new execution environment costs: each handler imported by a fresh interpreter, then the
ports of its first call made, with bytecode and without.

As in its package: only the service's own sources and the packages it requires. CPU seconds of this
machine; a function of 512 MB has about 0.3 of a vCPU once its import is over.

    python -m bench.cold_start [--rounds 5] [--other CHECKOUT] [--top 20]

--other measures another checkout beside this one, --top shows each function's slowest imports.
"""

import argparse
import py_compile
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.package.bytecode import write_bytecode
from infra.package.requirements import link_installed
from infra.package.sources import copy_sources
from infra.stacks import REPOSITORY
from tests.infra.cold_starts import ENVIRONMENT, FUNCTIONS, start

NO_BYTECODE = ("-B", "-X", "pycache_prefix=/nonexistent")


@dataclass(frozen=True)
class Place:
    """A service's package, as `checkout` has it."""

    checkout: str
    sources: Path
    packages: Path

    def command(self, function: tuple[str, str], options: Sequence[str]) -> list[str]:
        folders = f"{self.sources}:{self.packages}"
        return [sys.executable, "-I", "-S", *options, *start(function, folders)]


@dataclass
class Figures:
    imports: list[float] = field(default_factory=list)
    first_call: list[float] = field(default_factory=list)
    uncompiled: list[float] = field(default_factory=list)
    modules: int = 0


def places(service: str, checkouts: dict[str, Path], folder: Path) -> Iterator[Place]:
    packages = folder / service
    packages.mkdir()
    link_installed(service, packages)
    for module in packages.glob("*.py"):  # those in folders have theirs from pip
        py_compile.compile(str(module))
    for name, checkout in checkouts.items():
        sources = folder / f"{service}-{name}"
        copy_sources(service, sources, checkout)
        write_bytecode(sources, sys.executable)
        yield Place(name, sources, packages)


def measure(place: Place, function: tuple[str, str], figures: Figures) -> None:
    imports, first_call, *modules = _run(place.command(function, ("-B",))).split()
    figures.imports.append(float(imports))
    figures.first_call.append(float(first_call))
    figures.modules = len(modules)
    imports, first_call, *_ = _run(place.command(function, NO_BYTECODE)).split()
    figures.uncompiled.append(float(imports) + float(first_call))


def slowest(place: Place, function: tuple[str, str], count: int) -> list[str]:
    """Lines of -X importtime: own and total microseconds, the largest own ones first."""
    command = place.command(function, ("-B", "-X", "importtime"))
    told = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    lines = [line for line in told.stderr.splitlines()[1:] if line.startswith("import time:")]
    own = {line: line.split("|")[0].removeprefix("import time:").strip() for line in lines}
    numbers = [line for line in lines if own[line].isdigit()]
    return sorted(numbers, key=lambda line: -int(own[line]))[:count]


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout


def _row(name: str, checkout: str, figures: Figures) -> str:
    imports, first_call = statistics.median(figures.imports), statistics.median(figures.first_call)
    uncompiled = statistics.median(figures.uncompiled)
    columns = (imports, first_call, imports + first_call, uncompiled)
    shown = " | ".join(f"{seconds:.2f}" for seconds in columns)
    return f"| {name} | {checkout} | {figures.modules} | {shown} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--top", type=int, default=0)
    given = parser.parse_args()
    checkouts = {"this": REPOSITORY} | ({"other": given.other} if given.other else {})
    print("| function | checkout | modules | import | first call | both | both without bytecode |")
    print("|---|---|---|---|---|---|---|")
    for service in sorted({service for service, _ in FUNCTIONS}):
        with tempfile.TemporaryDirectory() as folder:
            there = list(places(service, checkouts, Path(folder)))
            for function in (each for each in FUNCTIONS if each[0] == service):
                figures = {place.checkout: Figures() for place in there}
                for _ in range(given.rounds):
                    for place in there:
                        measure(place, function, figures[place.checkout])
                for checkout, each in figures.items():
                    print(_row("/".join(function), checkout, each), flush=True)
                for line in slowest(there[0], function, given.top) if given.top else ():
                    print(f"    {line}")


if __name__ == "__main__":
    main()
