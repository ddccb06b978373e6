"""The way of an event: consumer -> queue of nudges -> messages -> receiver, each in its role."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.examples import examples
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.functions import Handler, cold_start, outbox_of
from tests.integration.moto_clients import moto_client
from tests.integration.notify.channels_api import TABLE, ChannelsApi, channels_api
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]


@dataclass
class Deployed:
    api: ChannelsApi
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("notify", name)
        return self.warm[name](event, Invocation(110_000))

    def hear(self, detail_type: str, **changes: object) -> None:
        example = next(each for each in examples() if each.detail_type == detail_type)
        detail: dict[str, Any] = json.loads(example.text)
        detail["data"] |= changes
        assert failed(self.invoke("consumer", batch(put_by_rule(detail_type, detail)))) == []

    def work(self) -> None:
        """Handles what can be received from the queue of nudges now."""
        sqs, url = moto_client("sqs"), self.api.aws.queues["MessagesQueue"]
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for each in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        assert failed(self.invoke("messages", batch(*[each["Body"] for each in got]))) == []


@pytest.fixture
def deployed(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with channels_api(monkeypatch) as api:
        yield Deployed(api)


def test_a_failed_transfer_is_told_to_a_webhook_and_to_the_bus(deployed: Deployed) -> None:
    deployed.api.receiver._use(deployed.api.create()["signing_secret"])
    deployed.hear("TransferFailed.v1", owner="ann", transfer_id="t-1")
    deployed.work()
    deployed.work()

    (told,) = deployed.api.receiver.board.newer()
    assert "t-1" in str(told)
    (row,) = outbox_of(TABLE)["Records"]
    image = row["dynamodb"]["NewImage"]
    assert image["detail_type"]["S"] == "NotificationSent.v1"
    (shown,) = deployed.api("GET", "/api/transfer/t-1/notifications").body["notifications"]
    assert (shown["status"], shown["channel_id"]) == ("sent", "team")


def test_a_sweep_does_what_the_queue_lost(deployed: Deployed) -> None:
    deployed.api.receiver._use(deployed.api.create()["signing_secret"])
    deployed.hear("TransferFailed.v1", owner="ann", transfer_id="t-1")
    deployed.work()  # spreads; the nudge to send is lost

    deployed.invoke("sweep", {})

    assert len(deployed.api.receiver.board.newer()) == 1


def test_a_user_gets_a_channel_and_loses_it_when_removed(deployed: Deployed) -> None:
    deployed.hear("UserAdded.v1", user="ann", email="ann@example.com", sequence=1)
    (channel,) = deployed.api("GET", "/api/notify/channels").body["channels"]
    assert channel["id"].startswith("mail-ann")

    deployed.hear("UserChanged.v1", user="ann", removed=True, roles=[], sequence=2)
    assert deployed.api("GET", "/api/notify/channels").body["channels"] == []


def test_a_ticket_is_named(deployed: Deployed) -> None:
    deployed.api.receiver._use(deployed.api.create()["signing_secret"])
    deployed.hear("TransferFailed.v1", owner="ann", transfer_id="t-1")
    told: dict[str, object] = {
        "ticket_id": "k",
        "kind": "user",
        "transfer_id": "t-1",
        "owner": "ann",
    }
    told |= {"number": "INC0012345", "table": "incident", "record_id": "r", "sequence": 1}
    detail = {
        "meta": {
            "event_id": "e",
            "occurred_at": "2026-11-02T12:00:00Z",
            "correlation_id": "c",
        },
        "data": {**told, "opened_at": "2026-11-02T12:00:00Z"},
    }
    deployed.invoke("consumer", batch(put_by_rule("TicketOpened.v1", detail)))
    deployed.work()
    deployed.work()

    assert "INC0012345" in str(deployed.api.receiver.board.newer())
