"""With a partner of one session, the lanes of the real workflow wait in line."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.programs import Program
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, Running, as_destination

SECONDS = 180.0
TRANSFERS = 6
BYTES = 3_000_000


@contextmanager
def silent(program: Program) -> Iterator[None]:
    """It takes connections and answers nothing."""
    os.kill(program.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(program.pid, signal.SIGCONT)


def states_entered(running: Running, transfer_id: str) -> list[str]:
    machine = running.stack.client("stepfunctions")
    arn = machine.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    execution = f"{arn.replace(':stateMachine:', ':execution:')}:{transfer_id}-1"
    events: list[dict[str, Any]] = []
    pages = machine.get_paginator("get_execution_history").paginate(executionArn=execution)
    for page in pages:
        events += page["events"]
    entered = (each.get("stateEnteredEventDetails") for each in events)
    return [each["name"] for each in entered if each]


def test_transfers_for_one_session_all_come_to_their_end(running: Running) -> None:
    one = as_destination("one-session", running.partner, max_sessions=1)
    assert running.ferry.register(one, running.partner.host_key)["status"] == "ok"
    names = [f"busy-{number}.bin" for number in range(TRANSFERS)]
    for name in names:
        running.put(name, os.urandom(BYTES))
    with silent(running.partner.program):  # so whoever has the session keeps it
        sent = [running.ferry.send(BUCKET, name, "one-session") for name in names]

        def waiting() -> int:
            failures = (running.ferry.state(each)["failure"] for each in sent)
            return [each["code"] for each in failures if each].count("no_session_free")

        wait_for(lambda: waiting() == TRANSFERS - 1, "all others in line", SECONDS)
    for each in sent:
        ended = running.ferry.wait(each, SECONDS)
        assert ended["status"] == "completed", ended
        assert ended["failure"] is None
    entered = [name for each in sent for name in states_entered(running, each)]
    assert not {"VerifyTarget", "HandleError"} & set(entered)  # each lane delivers in its session
