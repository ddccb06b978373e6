"""Runs every bench that a table of docs/performance.md comes from, one after the other.

    python -m bench [--full]

All is printed as it comes, and kept in build/bench. A bench that breaks keeps no other from
running. SIGTERM and Ctrl-C end the one that runs, which puts away what it began.
"""

import argparse
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from bench.place import ending_well

KEPT = Path("build/bench")
SHORT = (
    ("transfer", "--rounds", "2"),
    ("line", "--megabytes", "1000", "--rtt", "50", "--loss"),
    ("small_files", "--rounds", "1"),
    ("ftps", "--megabytes", "500", "--rounds", "1"),
    ("small_transfers", "--one-by-one", "10", "--at-once", "0", "--rate", "1", "--seconds", "10"),
    ("small_costs", "--transfers", "2"),
    ("control_plane", "--chunks", "100", "1000"),
)
FULL = (
    ("transfer", "--megabytes", "2000", "6000", "--profile"),
    ("line",),
    ("small_files",),
    ("ftps",),
    ("small_transfers",),
    ("small_costs",),
    ("control_plane",),
)


def run(name: str, arguments: tuple[str, ...], kept: TextIO) -> bool:
    """Whether it went well."""
    command = [sys.executable, "-u", "-m", f"bench.{name}", *arguments]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that it gets a signal once, from here
    )
    assert child.stdout is not None
    try:
        for line in child.stdout:
            for output in (sys.stdout, kept):
                output.write(line)
                output.flush()
    finally:
        if child.poll() is None:
            child.terminate()
        code = child.wait()
    return code == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.md"
    broken = []
    with ending_well(), file.open("w") as kept:
        for name, *arguments in FULL if given.full else SHORT:
            print(f"\n## bench.{name} {' '.join(arguments)}", flush=True)
            if not run(name, tuple(arguments), kept):
                broken.append(name)
    print(f"\nAll of it is in {file}.")
    if broken:
        raise SystemExit(f"broken: {', '.join(broken)}")


if __name__ == "__main__":
    main()
