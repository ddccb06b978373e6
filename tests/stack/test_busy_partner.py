"""With a partner of one session, the lanes of the real workflow wait in line."""

import os
from typing import Any

from tests.stack.running import BUCKET, Running, as_destination

SECONDS = 180.0
TRANSFERS = 6
FIRST_BYTES, BYTES = 80_000_000, 3_000_000  # the others are asked for while the first is moved


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
        running.put(name, os.urandom(FIRST_BYTES if name == names[0] else BYTES))
    sent = [running.ferry.send(BUCKET, name, "one-session") for name in names]
    seen = [state["failure"] for state in running.ferry.watch(sent[-1], SECONDS)]
    assert "no_session_free" in {failure["code"] for failure in seen if failure}
    assert seen[-1] is None
    for each in sent:
        ended = running.ferry.wait(each, SECONDS)
        assert ended["status"] == "completed", ended
    entered = [name for each in sent for name in states_entered(running, each)]
    assert not {"VerifyTarget", "HandleError"} & set(entered)  # each lane delivers in its session
