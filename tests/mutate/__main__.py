"""Breaks modules of a service in small ways, one at a time, and shows what its tests let through.

    python -m tests.mutate [run_lane move_chunk ...] [--jobs 1]

Works in a copy of the repository. No tool in the market removes a call or an operand, and that is
what a lane's safety hangs on; ours imports what is not ours once, and picks the tests by line.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutate.forked import KILLED, SURVIVED, Seen, judge, warm_up, watch
from tests.mutate.mutants import Mutant, mutants_of

DEFAULT = ("run_lane", "move_chunk", "chunk_mover", "commit_target")
NICE = 10
BROKEN_OFF = 130  # as a shell tells Ctrl-C
TOLD_EVERY = 20  # mutants


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=DEFAULT, help="names or paths")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # in the copy
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    if given.here:
        os.nice(NICE)
        sys.dont_write_bytecode = False  # pytest rewrites each test's code once, not once a mutant
        sys.exit(1 if _run([_find(module) for module in given.modules], given.jobs) else 0)
    with tempfile.TemporaryDirectory(prefix="fileferry-mutate-") as copy:
        _copy(Path.cwd(), Path(copy))
        sys.exit(_run_there(copy))


def _run_there(copy: str) -> int:
    """In a process that has nothing of the original loaded."""
    command = [sys.executable, "-m", "tests.mutate", "--here", *sys.argv[1:]]
    process = subprocess.Popen(command, cwd=copy)
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def _copy(repository: Path, copy: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=repository, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (repository / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(repository / name, copy / name)


def _find(module: str) -> str:
    found = [module] if Path(module).is_file() else sorted(Path("services").rglob(f"{module}.py"))
    if len(found) != 1:
        sys.exit(f"{module!r} names {len(found)} modules; give a path such as services/a/b.py")
    return str(found[0])


def _run(paths: Sequence[str], jobs: int) -> int:
    services = {path.split("/")[1] for path in paths}
    if len(services) != 1:
        sys.exit(f"one service at a time, not {', '.join(sorted(services))}")
    tests = f"tests/unit/{services.pop()}"
    print(f"{tests} without any mutant ...", flush=True)
    seen = watch(paths, tests, Path("seen.json"))
    for test in seen.failed:
        print(f"fails already, and is left out: {test}")
    warm_up(seen.modules)
    survivors = 0
    for path in paths:
        survivors += _judge_all(path, seen, jobs)
    return survivors


def _judge_all(path: str, seen: Seen, jobs: int) -> int:
    source = Path(path).read_text()
    mutants = mutants_of(path, source)
    begun, ends = time.monotonic(), Counter[str]()
    running: dict[int, Mutant] = {}
    waiting = list(reversed(mutants))
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[judge(mutant, seen)] = mutant
            pid, status = os.wait()
            mutant = running.pop(pid)
            how = _named(status)
            ends[how] += 1
            if how in {"survived", "unclear"}:
                print(f"\n{how}: {mutant.diff(source)}", flush=True)
            if ends.total() % TOLD_EVERY == 0:
                print(f"... {ends.total()} of {len(mutants)}", file=sys.stderr, flush=True)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
    told = ", ".join(f"{count} {how}" for how, count in sorted(ends.items()))
    print(f"\n{path}: {len(mutants)} mutants in {time.monotonic() - begun:.0f} s: {told}\n")
    return ends["survived"] + ends["unclear"]


def _named(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "killed by the clock"
    return {SURVIVED: "survived", KILLED: "killed"}.get(os.WEXITSTATUS(status), "unclear")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(BROKEN_OFF)
