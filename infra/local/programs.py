"""Starts, recognises and ends the programs of a local stack (on Linux)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_SECONDS = 5.0  # between asking a program to end and killing it
POLL_SECONDS = 0.05
# Asks the kernel to kill this process when its starter dies, in whatever way. Then it becomes the
# program.
BOUND = (
    "import ctypes, os, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"  # PR_SET_PDEATHSIG
    "if os.getppid() != int(sys.argv[1]): sys.exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


@dataclass(frozen=True)
class Program:
    """Leads a process group of its own. `started` tells it from a later owner of the same pid."""

    name: str
    pid: int
    started: int  # clock ticks since boot

    @property
    def alive(self) -> bool:
        mine = _started.get(self)
        if mine is None:
            return _start_of(self.pid) == self.started
        if mine.poll() is None:
            return True  # /proc shows a zombie while its threads still end
        del _started[self]  # collected
        return False


# The programs that this process started. Each is kept until it has ended, because only then it can
# be collected.
_started: dict[Program, "subprocess.Popen[bytes]"] = {}


def start_program(
    name: str, command: Sequence[str], env: Mapping[str, str], folder: Path, *, bound: bool
) -> Program:
    """A `bound` program ends with the process that calls this. Output goes to
    `folder`/<name>.log."""
    if bound:
        command = [sys.executable, "-c", BOUND, str(os.getpid()), *command]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    program = Program(name, process.pid, _start_of(process.pid) or 0)
    _started[program] = process
    return program


def end_programs(programs: Sequence[Program]) -> None:
    """Ends each program with all of its group. A pid that is not ours any more is left alone."""
    ours = [program for program in programs if program.alive]
    for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        for program in ours:
            _signal_group(program, number)
        deadline = time.monotonic() + seconds
        while any(p.alive for p in ours) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def children_of(pid: int) -> dict[int, str]:
    """Command lines of the processes that `pid` started, by pid."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(int(folder.name))[1]) == pid:
                line = (folder / "cmdline").read_bytes()
                found[int(folder.name)] = line.replace(b"\0", b" ").decode(errors="replace")
        except (OSError, IndexError):
            continue  # ended meanwhile
    return found


def _signal_group(program: Program, number: signal.Signals) -> None:
    try:
        os.killpg(program.pid, number)
    except ProcessLookupError:
        return


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold spaces: state, ppid, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _start_of(pid: int) -> int | None:
    try:
        fields = _stat(pid)
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
