"""MiniStack as the local stack starts it, for tests of adapters. Nothing is deployed in it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.emulator import HOST, answers, aws_client, free_port, program_environment
from infra.local.programs import end_programs, start_program
from tests.servers.waiting import wait_for

REGION = "eu-central-1"


@dataclass(frozen=True)
class Emulator:
    endpoint: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        return aws_client(service, self.endpoint, REGION)


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    """Its log and temporary files are in `folder`."""
    port = free_port()
    env = program_environment(folder, REGION, port)
    command = (sys.executable, "-m", "infra.local.launcher")
    program = start_program("emulator", command, env, folder, bound=True)
    endpoint = f"http://{HOST}:{port}"

    def ready() -> bool:
        assert program.alive, (folder / "emulator.log").read_text(errors="replace")[-2000:]
        return answers(f"{endpoint}/_ministack/ready")

    try:
        wait_for(ready, "MiniStack", seconds=120)
        yield Emulator(endpoint)
    finally:
        end_programs([program])
