"""A whole FileFerry on this machine. MiniStack runs the real templates, with servers beside it."""

import os
import shutil
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

from infra.local.console import CONSOLE, begin_console, forget_addresses, tell_console
from infra.local.crash import clear_up
from infra.local.deployment import deploy_locally
from infra.local.doubles import BEDROCK, DOUBLES, SLACK
from infra.local.emulator import HOST, answers, aws_client, free_port
from infra.local.log_lines import LogLine, log_lines
from infra.local.object_server import OBJECTS, serve_objects
from infra.local.partner import SftpServer, serve_sftp
from infra.local.programs import Program, children_of
from infra.local.stack_programs import EMULATOR, StackPrograms
from infra.releases import deploying
from infra.stacks import find_stack, read_environment, stacks_of

HAVE_ADDRESSES = ("api", "websocket")  # stacks whose deployment can change an address
WORKER = "ministack-lambda-"  # in the path of a function's process


class LocalStack:
    """Start it as a context manager, or with `keep` for a stack that outlives this process."""

    def __init__(
        self,
        state_dir: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        s3_dir: Path | None = None,
        keep: bool = False,
        console_port: int = 0,
        region: str = "",
    ) -> None:
        """`parameters` are for the templates of all stacks that declare them. With `s3_dir` the
        subfolders of that folder are the buckets, instead of those of MiniStack's own S3. If others
        have the `console_port`, the console gets another one. `region` is another one than usual,
        for a second stack that plays the other region of the first.
        """
        self.state_dir = state_dir.resolve()
        self.parameters = dict(parameters or {})
        self._s3_dir, self._console_port = s3_dir, console_port
        usual = read_environment("local", region="")
        self._environment = replace(usual, region=region or usual.region)
        self.programs = StackPrograms(self.state_dir, self.region, keep=keep)

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
        if not self.programs.runs(EMULATOR):
            self._begin_emulator()
        begin_console(self.programs, self.state_dir, self._console_port)
        self.programs.wait(EMULATOR, lambda: answers(f"{self.endpoint}/_ministack/ready"))
        if self._s3_dir and not self.programs.runs(OBJECTS):
            serve_objects(self.programs, self._s3_dir.resolve())
        self.programs.told(CONSOLE)  # its port; stacks are deployed with its origin
        changed = {name: self._deploy(name) for name in self.wanted}
        tell_console(self.state_dir, self.api_url, self.websocket_url)
        return changed

    def stop(self) -> None:
        """Ends every program of this stack, also of an earlier process, with all its children."""
        self.recall()
        self.programs.end_all()

    def recall(self) -> bool:
        """Takes over the programs that an earlier process left running. Returns whether the
        emulator runs. `crashed` then says whether it ended without being stopped."""
        self.programs.recall()
        return self.programs.runs(EMULATOR)

    @property
    def crashed(self) -> bool:
        return self.programs.emulator_crashed

    # --- use ---------------------------------------------------------------------------------

    @property
    def wanted(self) -> list[str]:
        """The names of the stacks that are deployed, in their order."""
        return [each.name for each in stacks_of("local")]

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.programs.ports[EMULATOR]}"

    @property
    def object_endpoint(self) -> str:
        serves = OBJECTS if self.programs.runs(OBJECTS) else EMULATOR
        return f"http://{HOST}:{self.programs.ports[serves]}"

    @property
    def api_url(self) -> str:
        """The part of an address before '/api/transfer'. It is read each time, because it changes
        when routes change."""
        return self._stored("api/rest/url")

    @property
    def console_url(self) -> str:
        """The console's origin."""
        return f"http://{HOST}:{self.programs.ports[CONSOLE]}"

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
        return self.programs[EMULATOR]

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
        changed = self._deploy(name)
        if name in HAVE_ADDRESSES:
            tell_console(self.state_dir, self.api_url, self.websocket_url)
        return changed

    def _deploy(self, name: str) -> bool:
        stack = find_stack(name)
        values = self._environment.of(stack, self._wished())
        clients = cache(partial(aws_client, endpoint=self.endpoint, region=self.region))
        deploying.begin(stack, "local", clients)
        try:
            return deploy_locally(stack, values, clients)
        finally:
            deploying.end(stack, "local", clients)

    def _wished(self) -> dict[str, str]:
        # The console comes first: only the first one's pages may read what the gateway itself says.
        origins = [self.console_url, *filter(None, [self.parameters.get("CorsOrigins")])]
        wished = {
            "TransferLink": f"{self.console_url}/transfers/{{id}}",
            **self.parameters,
            "CorsOrigins": ",".join(origins),
            "LocalAddress": self.endpoint,
        }
        if self.programs.runs(OBJECTS):
            wished["S3Endpoint"] = self.object_endpoint
        if self.programs.runs(BEDROCK):
            wished["BedrockEndpoint"] = str(self.programs.told(BEDROCK)["url"])
        if self.programs.runs(SLACK):
            wished["SlackApi"] = f"{self.programs.told(SLACK)['url']}/api"
        return wished

    def sftp(self, name: str, root: Path, port: int = 0) -> SftpServer:
        """The SFTP server `name`. Starts it if it does not run. Its secrets stay the same."""
        return serve_sftp(self.programs, self.state_dir / name, name, root, port)

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

    def _begin_emulator(self) -> None:
        forget_addresses(self.state_dir)
        if self.crashed:
            self.programs.end(*DOUBLES)  # what they show is of transfers that are gone
            clear_up(self.state_dir)
        shutil.rmtree(self.state_dir / "log", ignore_errors=True)  # of the run before
        self.programs.ports[EMULATOR] = free_port()
        self.programs.start(EMULATOR, sys.executable, "-m", "infra.local.launcher")
