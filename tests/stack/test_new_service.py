"""What `make new-service` lays out is deployed as it is, and hears of a transfer."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.laid_out import copied, new_service
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, Running

NAME = "newcomer"
STACK = TABLE = f"fileferry-local-{NAME}"
EVENT = "TransferCompleted.v1"
SECONDS = 60.0


@pytest.fixture
def deployed(running: Running, tmp_path: Path) -> Iterator[None]:
    """From a copy of the repository, beside the others on the stack of these tests."""
    copy = copied(tmp_path / "repository")
    made = new_service(copy, NAME, [EVENT])
    assert made.returncode == 0, made.stderr
    (copy / ".local").symlink_to(running.stack.state_dir)
    deploy = [sys.executable, "-m", "infra.deploy", NAME, "--stage", "local"]
    try:
        done = subprocess.run(deploy, cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        yield
    finally:
        stacks = running.stack.client("cloudformation")
        stacks.delete_stack(StackName=STACK)
        stacks.get_waiter("stack_delete_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": int(SECONDS)}
        )


@pytest.mark.usefixtures("deployed")
def test_a_new_service_hears_of_a_transfer(running: Running) -> None:
    running.put("heard-of.txt", b"whole")
    transfer_id = running.ferry.send(BUCKET, "heard-of.txt", "partner")

    def heard() -> dict[str, Any] | None:
        rows = running.stack.client("dynamodb").scan(TableName=TABLE)["Items"]
        return next((row for row in rows if row["transfer_id"]["S"] == transfer_id), None)

    row = wait_for(heard, "what the new service knows of the transfer", SECONDS)
    assert row["newest_event"]["S"] == EVENT
