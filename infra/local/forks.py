"""Starts functions' processes in a moment, because a stack starts hundreds of them.

Each is forked from one process that has the packages loaded (infra/local/nursery.py). Processes of
the same code share one folder of it, so it is unpacked and compiled once.
"""

import ctypes
import hashlib
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import ministack.core.lambda_runtime as runtime

from infra.local.anchors import expect

NURSERY = Path(__file__).with_name("nursery.py")
NAME_BYTES = 400  # for the command line that `ps` shows of a function's process
POLL_SECONDS = 0.01
PR_SET_CHILD_SUBREAPER = 36
UNPACKED = "ministack-code-"  # crash.clear_up removes what begins with ministack-


class Process:
    """What MiniStack needs of a subprocess.Popen."""

    def __init__(self, pid: int, pipes: tuple[IO[str], IO[str], IO[str]]) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = pipes
        self.returncode: int | None = None
        self._collecting = threading.Lock()

    def poll(self) -> int | None:
        with self._collecting:
            if self.returncode is None:
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                if ended:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(POLL_SECONDS)
        return code

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class Nursery:
    """Begins with the first function that is called."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._line: socket.socket | None = None

    def start(
        self,
        command: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        **more: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """In the place of subprocess.Popen. Starts a process in the plain way if it cannot be
        forked: it is no Python, or its code brings packages of its own."""
        if command[0] == sys.executable:
            forked = self._fork({"script": command[1], "cwd": cwd, "env": dict(env)})
            if forked:
                return forked
        return subprocess.Popen(command, cwd=cwd, env=env, **more)

    def _fork(self, wanted: Mapping[str, Any]) -> Process | None:
        (stdin, to), (out, stdout), (err, stderr) = os.pipe(), os.pipe(), os.pipe()
        pipes = (os.fdopen(to, "w", 1), os.fdopen(out), os.fdopen(err))
        try:
            pid = self._ask(json.dumps(wanted).encode(), [stdin, stdout, stderr])
        finally:
            for theirs in (stdin, stdout, stderr):
                os.close(theirs)
        if pid:
            return Process(pid, pipes)
        for pipe in pipes:
            pipe.close()
        return None

    def _ask(self, message: bytes, files: list[int]) -> int:
        """The new process's pid, or 0."""
        with self._asking:
            self._line = self._line or _begin()
            with suppress(OSError):
                socket.send_fds(self._line, [message], files)
                if answer := self._line.recv(32):
                    return int(answer)
            self._line.close()
            self._line = None
            return 0


def _begin() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        room = " " * NAME_BYTES
        subprocess.Popen([sys.executable, "-P", str(NURSERY), str(number), room], pass_fds=[number])
    return ours


class UnpackedOnce(zipfile.ZipFile):
    _unpacking = threading.Lock()

    def extractall(self, path: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Makes the empty folder `path`, which has just been made, a link to a shared one. Nobody
        writes there, as nobody could on AWS."""
        content = Path(str(self.filename)).read_bytes()
        name = UNPACKED + hashlib.sha256(content).hexdigest()[:32]
        shared = Path(tempfile.gettempdir(), name)
        with self._unpacking:
            if not shared.exists():
                super().extractall(shared.with_suffix(".partial"))
                shared.with_suffix(".partial").rename(shared)
        os.rmdir(path)
        os.symlink(shared, path)


def fork_functions() -> None:
    spawn = inspect.getsource(runtime.Worker._spawn)
    for part in ("subprocess.Popen(\n            [binary, worker_path]", "zf.extractall(code_dir)"):
        expect(spawn.count(part) == 1, "the start of a function's process moved")
    # Orphans become children of the emulator: the processes that the nursery forks for it.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": Nursery().start})
    runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": UnpackedOnce})
