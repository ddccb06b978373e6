"""Nothing secret is in what the system wrote: logs, events, executions, API answers, tables."""

import json
import re
from typing import Any

from tests.stack.log_scan import all_logs
from tests.stack.running import BUCKET, Running, as_destination
from tests.stack.test_transfers import SECONDS


def everything_written(running: Running) -> str:
    """Logs, table rows, executions with their history, parameters and what the API shows."""
    stack = running.stack
    rows = [*rows_of(running, "transfer"), *rows_of(running, "auth")]
    machine = stack.client("stepfunctions")
    arn = machine.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    runs = machine.list_executions(stateMachineArn=arn)["executions"]
    histories = [
        machine.get_execution_history(executionArn=run["executionArn"])["events"] for run in runs
    ]
    shown = [
        running.ferry.call("GET", "/api/history?limit=1000"),
        running.ferry.call("GET", "/api/destinations"),
        running.ferry.call("GET", "/api/users"),
        running.ferry.call("GET", "/api/me"),
    ]
    return "\n".join(
        [all_logs(stack), *(json.dumps(each, default=str) for each in (rows, histories, shown))]
    )


def rows_of(running: Running, service: str) -> list[Any]:
    """With their outbox, so the events are among them."""
    pages = running.stack.client("dynamodb").get_paginator("scan")
    return [
        row
        for page in pages.paginate(TableName=f"fileferry-local-{service}")
        for row in page["Items"]
    ]


def test_no_secret_is_written_down_anywhere(running: Running) -> None:
    running.put("secret-test.txt", b"content that stays out of logs")
    wrong = as_destination("wrong-password", running.partner, password="Wr0ng-But-Secret-99")
    running.ferry.call("POST", "/api/destinations", wrong)
    offered = running.ferry.call("POST", "/api/destinations/wrong-password/test")
    running.ferry.call(
        "PATCH",
        "/api/destinations/wrong-password",
        {"host_keys": [offered["offered_host_key"]["key"]]},
    )
    for destination in ("partner", "wrong-password"):
        transfer_id = running.ferry.send(
            BUCKET, "secret-test.txt", destination, target_path=f"s-{destination}.txt"
        )
        running.ferry.wait(transfer_id, SECONDS)
    written = everything_written(running)
    assert transfer_id in written  # the search sees what it should see
    assert running.people.admin.name in written
    for secret in (running.partner.password, "Wr0ng-But-Secret-99", "content that stays out"):
        assert secret not in written
    assert running.door.secrets.found_in(written) == []
    assert not re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----", written)
