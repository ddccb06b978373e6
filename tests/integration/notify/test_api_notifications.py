"""Who was told of a transfer, through the REST API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel.caller import Caller
from services.notify.adapters.dynamodb_notifications import DynamoDbNotifications
from services.notify.adapters.dynamodb_transfers import DynamoDbTransfers
from services.notify.domain.channel import Kind
from services.notify.domain.delivery import Delivery
from services.notify.domain.known_transfer import KnownTransfer, NewsKey
from services.notify.domain.notification import Failure, Notification
from services.notify.domain.stage import Stage
from tests.fakes.callers import ANN, AUDITOR, BOB, OPERATOR
from tests.fakes.deliveries import batch, put_by_rule
from tests.integration.functions import cold_start
from tests.integration.notify.channels_api import CHANNELS, TABLE, TEAM, ChannelsApi, channels_api
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]
PATH, NOON = "/api/transfer/t-1/notifications", datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def api(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChannelsApi]:
    with channels_api(monkeypatch) as opened:
        yield opened


def told(api: ChannelsApi, name: str, recipient: str | None) -> Notification:
    found = Notification(
        f"n-{name}",
        f"c-{name}",
        Kind.TEAMS,
        recipient,
        NOON,
        NOON,
        stages=(Stage.FAILED,),
        transfer_id="t-1",
    )
    delivery = Delivery(NewsKey("t-1", 1, Stage.FAILED), found.channel_id, found.id)
    assert DynamoDbNotifications(api.aws.dynamodb, TABLE).add(found, delivery)
    return found


def test_owners_see_what_went_to_them_and_to_the_shared_channels(api: ChannelsApi) -> None:
    known = KnownTransfer("t-1", owner="ann")
    assert DynamoDbTransfers(api.aws.dynamodb, TABLE).store(known, None)
    anns, shared, _ = told(api, "a", "ann"), told(api, "b", None), told(api, "c", "olga")
    notifications = DynamoDbNotifications(api.aws.dynamodb, TABLE)
    notifications.save(anns.failed(Failure("channel_dead", "Mend it.")))
    notifications.save(shared.sent(NOON))

    def seen(caller: Caller) -> list[tuple[str, str]]:
        answer = api("GET", PATH, caller=caller)
        assert answer.status == 200, answer
        found = answer.body["notifications"]
        return sorted((each["channel_id"], each["status"]) for each in found)

    assert seen(ANN) == [("c-a", "failed"), ("c-b", "sent")]
    assert seen(AUDITOR) == [("c-a", "failed"), ("c-b", "sent"), ("c-c", "waiting")]
    by_id = {each["id"]: each for each in api("GET", PATH).body["notifications"]}
    assert by_id["n-a"]["failure"]["message"] == "Mend it."
    assert (by_id["n-b"]["sent_at"], by_id["n-b"]["due_at"]) == ("2026-11-02T12:00:00Z", None)


def test_a_transfer_of_others_is_like_an_unknown_one(api: ChannelsApi) -> None:
    unknown = api("GET", PATH)
    assert (unknown.status, unknown.body["code"]) == (404, "transfer_not_found")
    known = KnownTransfer("t-1", owner="ann")
    assert DynamoDbTransfers(api.aws.dynamodb, TABLE).store(known, None)
    assert api("GET", PATH, caller=BOB).body["detail"] == unknown.body["detail"]
    assert api("GET", PATH).body == {"transfer_id": "t-1", "notifications": []}


def test_a_destination_has_a_caution_until_something_was_sent_there(api: ChannelsApi) -> None:
    told = json.loads(Path("contracts/examples/TransferRequested.v1/2-minimal.json").read_text())
    name = told["data"]["destination"]["id"]
    rules = [{"stages": ["failed"], "destinations": [name]}]
    body = api.channel(shared=True, rules=rules)
    assert len(api("POST", CHANNELS, body, OPERATOR).body["cautions"]) == 1
    event = batch(put_by_rule("TransferRequested.v1", told))
    consumed = cold_start("notify", "consumer")(event, Invocation())
    assert consumed == {"batchItemFailures": []}
    assert api("GET", TEAM, caller=OPERATOR).body["cautions"] == []
    assert (
        api("GET", PATH.replace("t-1", told["data"]["transfer_id"]), caller=OPERATOR).status == 200
    )
