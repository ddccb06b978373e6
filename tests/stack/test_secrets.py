"""Nothing secret is in what the system wrote: logs, events, executions, API answers, tables."""

import json
import os
import re
from functools import partial
from typing import Any

from infra.local.doubles import SLACK, TEAMS, WEBHOOKS
from tests.servers.waiting import wait_for
from tests.stack.log_scan import all_logs, secrets_in_vault
from tests.stack.running import BUCKET, Running, as_destination
from tests.stack.test_transfers import SECONDS

SERVICES = ("auth", "transfer", "progress", "ticketing", "notify")
LABEL = "test-of-secrets"
TOLD_SECONDS = 180.0  # a busy machine sends the last message late
CHANNELS = 4  # fewer would mean that the search sees no message; dead ones may be told of nothing


def everything_written(running: Running) -> str:
    """Logs, table rows, executions with their history, parameters, what the API shows, and what
    was written to others."""
    stack = running.stack
    rows = [row for service in SERVICES for row in rows_of(running, service)]
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
        running.ferry.call("GET", "/api/notify/channels?limit=1000"),
        running.ferry.call("GET", "/api/servicenow/health"),
        *shown_of_desk(running),
    ]
    return "\n".join(
        [
            all_logs(stack),
            running.desk.bodies(),
            *(json.dumps(each, default=str) for each in (rows, histories, shown)),
        ]
    )


def shown_of_desk(running: Running) -> list[Any]:
    """Tickets and messages of the transfers that this test has sent."""
    listed = running.ferry.call("GET", f"/api/history?label={LABEL}")["transfers"]
    return [
        running.ferry.call("GET", f"/api/transfer/{each['id']}/{what}")
        for each in listed
        for what in ("tickets", "notifications")
    ]


def make_channels(running: Running) -> None:
    """One that works and one that does not, for each kind with an address."""
    hooks = running.desk.receivers.hooks
    for name, kind in ((TEAMS, "teams"), (SLACK, "slack"), (WEBHOOKS, "webhook")):
        for address in (hooks[name], f"{hooks[name]}-{os.urandom(8).hex()}"):
            channel = {
                "id": f"secret-{os.urandom(4).hex()}",
                "name": kind,
                "kind": kind,
                "address": address,
                "rules": [{"stages": ["completed", "failed"]}],
            }
            running.ferry.call("POST", "/api/notify/channels", channel)
        running.ferry.call("POST", f"/api/notify/channels/{channel['id']}/test")


def is_told(running: Running, transfer_id: str) -> bool:
    """Whether nothing of it waits any more: neither a ticket nor a message."""
    running.sweep_desk()
    path = f"/api/transfer/{transfer_id}"
    tickets = running.ferry.call("GET", f"{path}/tickets")["tickets"]
    told = running.ferry.call("GET", f"{path}/notifications")["notifications"]
    numbered = [each["number"] for each in tickets if each["number"]]
    ended = [each for each in told if each["status"] in ("sent", "failed")]
    return len(numbered) == 2 and len(ended) == len(told) >= CHANNELS


def rows_of(running: Running, service: str) -> list[Any]:
    """With their outbox, so the events are among them."""
    pages = running.stack.client("dynamodb").get_paginator("scan")
    return [
        row
        for page in pages.paginate(TableName=f"fileferry-local-{service}")
        for row in page["Items"]
    ]


def test_no_secret_is_written_down_anywhere(running: Running) -> None:
    make_channels(running)
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
            BUCKET, "secret-test.txt", destination, target_path=f"s-{destination}.txt", label=LABEL
        )
        running.ferry.wait(transfer_id, SECONDS)
        wait_for(partial(is_told, running, transfer_id), "tickets and messages", TOLD_SECONDS)
    secrets_in_vault(running.stack, running.door.secrets)
    written = everything_written(running)
    assert transfer_id in written  # the search sees what it should see
    assert running.people.admin.name in written
    for secret in (running.partner.password, "Wr0ng-But-Secret-99", "content that stays out"):
        assert secret not in written
    assert running.door.secrets.found_in(written) == []
    assert not re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----", written)
