"""Starts a double as a process of its own, and speaks with its controls."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from tests.servers.waiting import wait_for

START_SECONDS = 20.0  # a busy machine starts interpreters slowly


@dataclass(frozen=True)
class Program:
    """A double that runs elsewhere."""

    url: str

    @cached_property
    def _http(self) -> httpx.Client:
        """One for all calls. It takes 40 ms to make, because it reads certificates. It keeps no
        connection, so nobody has to close it."""
        no_kept = httpx.Limits(max_keepalive_connections=0)
        return httpx.Client(trust_env=False, timeout=30, limits=no_kept)

    def order(self, *faults: Mapping[str, object]) -> list[int]:
        answer = self._call("POST", "faults", list(faults))
        ids: list[int] = answer["ids"]
        return ids

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "requests")["requests"]
        return found

    def summary(self) -> dict[str, Any]:
        return self._call("GET", "summary")

    def control(self, method: str, name: str, document: object = None) -> dict[str, Any]:
        return self._call(method, name, document)

    def _call(self, method: str, name: str, document: object = None) -> dict[str, Any]:
        content = None if document is None else json.dumps(document)
        answer = self._http.request(method, f"{self.url}/_double/{name}", content=content)
        assert answer.is_success, f"{method} {name}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def started(module: str, *options: str) -> Iterator[Program]:
    """`module` as `tests.doubles.servicenow`. The process ends with the block."""
    with TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        command = [sys.executable, "-m", module, "--ready-file", str(ready), *options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: ready.exists() or process.poll() is not None, module, START_SECONDS)
            assert process.poll() is None, f"{module} ended with {process.returncode}"
            yield Program(json.loads(ready.read_text())["url"])
        finally:
            process.terminate()
            process.wait(START_SECONDS)
