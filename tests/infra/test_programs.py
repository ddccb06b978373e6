"""Programs of the local stack end when they should, and only ours."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.programs import Program, children_of, end_programs, start_program

WAIT_SECONDS = 10.0
FOREVER = (sys.executable, "-c", "import time\nwhile True: time.sleep(1)")
WITH_CHILD = (
    *(sys.executable, "-c"),
    "import subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "while True: time.sleep(1)",
)
STUBBORN = (
    *(sys.executable, "-c"),
    "import signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\nwhile True: time.sleep(1)",
)
# A server with threads may end like this. For a while its first thread is a zombie, but it is not.
SLOW_TO_END = (
    *(sys.executable, "-c"),
    "import ctypes, threading, time\n"
    "threading.Thread(target=time.sleep, args=(60,)).start()\n"
    "ctypes.CDLL(None).pthread_exit(None)",
)
STARTER = """
import json, os, signal, sys
from dataclasses import asdict
from pathlib import Path
from infra.local.programs import start_program
program = start_program("bound", sys.argv[2:], os.environ, Path(sys.argv[1]), bound=True)
print(json.dumps(asdict(program)), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def becomes(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_a_program_ends_with_its_children(tmp_path: Path) -> None:
    program = start_program("parent", WITH_CHILD, os.environ, tmp_path, bound=False)
    assert becomes(lambda: bool(children_of(program.pid)))
    [child] = children_of(program.pid)
    end_programs([program])
    assert not program.alive
    assert becomes(lambda: not Path(f"/proc/{child}").exists() or is_zombie(child))


def is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_a_program_that_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.programs.GRACE_SECONDS", 0.5)
    program = start_program("stubborn", STUBBORN, os.environ, tmp_path, bound=False)
    assert becomes(lambda: "deaf" in (tmp_path / "stubborn.log").read_text())
    end_programs([program])
    assert not program.alive


def test_a_program_is_alive_until_its_last_thread_has_ended(tmp_path: Path) -> None:
    program = start_program("slow", SLOW_TO_END, os.environ, tmp_path, bound=False)
    try:
        assert becomes(lambda: is_zombie(program.pid))
        assert program.alive
    finally:
        end_programs([program])
    assert not Path(f"/proc/{program.pid}").exists()  # collected


def test_a_later_owner_of_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    program = start_program("mine", FOREVER, os.environ, tmp_path, bound=False)
    try:
        somebody_else = replace(program, started=program.started - 1)
        assert not somebody_else.alive
        end_programs([somebody_else])
        assert program.alive
    finally:
        end_programs([program])


def test_a_bound_program_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    import json

    starter = subprocess.run(
        [sys.executable, "-c", STARTER, str(tmp_path), *FOREVER],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert starter.returncode < 0, starter.stderr
    program = Program(**json.loads(starter.stdout))
    assert becomes(lambda: not program.alive)
