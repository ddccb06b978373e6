"""The programs of one local stack, also those that an earlier process began, and their ports."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.local.emulator import program_environment
from infra.local.programs import Program, end_programs, start_program

READY_SECONDS = 30.0
POLL_SECONDS = 0.05
EMULATOR = "emulator"


class StackNotReady(Exception):
    """A program of the stack did not start. The message has the end of its log."""


class StackPrograms:
    """A program keeps its port while its stack is not ended, because others were told of it."""

    def __init__(self, state_dir: Path, region: str, *, keep: bool) -> None:
        """With `keep` they outlive this process."""
        self._state_dir = state_dir
        self._region = region
        self._keep = keep
        self._programs: dict[str, Program] = {}
        self.ports: dict[str, int] = {}
        self.emulator_crashed = False

    def __getitem__(self, name: str) -> Program:
        return self._programs[name]

    def recall(self) -> None:
        """Takes over what an earlier process left running."""
        if self._state_file.exists():
            written = json.loads(self._state_file.read_text())
            programs = [Program(**each) for each in written["programs"]]
            self._programs = {each.name: each for each in programs if each.alive}
            self.ports = written["ports"]
            self.emulator_crashed = any(p.name == EMULATOR and not p.alive for p in programs)

    def runs(self, name: str) -> bool:
        return name in self._programs and self._programs[name].alive

    def start(self, name: str, *command: str) -> None:
        env = program_environment(self._state_dir, self._region, self.ports.get(EMULATOR, 0))
        log = self._state_dir / "log"
        self._programs[name] = start_program(name, command, env, log, bound=not self._keep)
        self._write()

    def serve(self, name: str, module: str, *options: str, port: int = 0) -> None:
        """Starts a server, unless it runs, that is told its port and writes a file when it is
        ready. A `port` of 0 is the one that it had, or any."""
        if self.runs(name):
            return
        ready = self._ready_file(name)
        ready.parent.mkdir(parents=True, exist_ok=True)
        ready.unlink(missing_ok=True)
        given = ("--port", str(port or self.ports.get(name, 0)), "--ready-file", str(ready))
        self.start(name, sys.executable, "-m", module, *given, *options)

    def told(self, name: str) -> Mapping[str, Any]:
        """What a server wrote into its file. Waits until it is ready."""
        ready = self._ready_file(name)
        self.wait(name, ready.exists)
        told: Mapping[str, Any] = json.loads(ready.read_text())
        self.ports[name] = told["port"]
        self._write()
        return told

    def wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if time.monotonic() > deadline or not self.runs(name):
                raise StackNotReady(f"{name} did not get ready.\n{self._end_of_log(name)}")
            time.sleep(POLL_SECONDS)

    def kill(self, name: str) -> None:
        """Ends it with kill -9, like a crash."""
        os.killpg(self._programs[name].pid, signal.SIGKILL)
        deadline = time.monotonic() + READY_SECONDS
        while self.runs(name):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} outlived kill -9 by {READY_SECONDS:g} s.")
            time.sleep(POLL_SECONDS)

    def end(self, *names: str) -> None:
        """Those that run of them, with all their children. Their ports stay known."""
        end_programs([self._programs[name] for name in names if self.runs(name)])
        for name in names:
            self._programs.pop(name, None)
        self._write()

    def end_all(self) -> None:
        end_programs(list(self._programs.values()))
        self._programs.clear()
        self._state_file.unlink(missing_ok=True)
        shutil.rmtree(self._state_dir / "tmp", ignore_errors=True)

    def _ready_file(self, name: str) -> Path:
        return self._state_dir / name / "ready.json"

    def _end_of_log(self, name: str) -> str:
        log = self._state_dir / "log" / f"{name}.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    @property
    def _state_file(self) -> Path:
        return self._state_dir / "stack.json"

    def _write(self) -> None:
        programs = [asdict(each) for each in self._programs.values()]
        self._state_file.write_text(json.dumps({"programs": programs, "ports": self.ports}))
