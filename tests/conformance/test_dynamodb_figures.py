"""How DynamoDB counts endings: in one write, beside others that count at the same moment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from services.progress.adapters.dynamodb_ending_figures import SHARDS, TRIES, DynamoDbEndingFigures
from services.progress.domain.ending import EVERYBODY, Counted, kept_until
from services.progress.domain.errors import FiguresBusy
from tests.conformance.hooked_table import BEFORE_WRITE, refusal
from tests.conformance.stores import create_table, dynamodb_client
from tests.conformance.test_ending_figures import COMPLETED, FAILED, NOON, TODAY, sums


class Crowd:
    """Refuses transactions because of others, so many times. Its chance is drawn from `drawn`."""

    def __init__(self, client: BaseClient, *drawn: float) -> None:
        self.refusals, self.waits = 0, list[float]()
        self._drawn = list(drawn)
        client.meta.events.register(BEFORE_WRITE, self._refuse)
        self.figures = DynamoDbEndingFigures(client, "progress", self._chance, self.waits.append)

    def _chance(self) -> float:
        return self._drawn.pop(0) if self._drawn else 0.999

    def _refuse(self, **_: object) -> object:
        if not self.refusals:
            return None
        self.refusals -= 1
        return refusal(["None", "TransactionConflict", "None"])


@pytest.fixture
def client() -> Iterator[BaseClient]:
    with mock_aws():
        made = dynamodb_client()
        create_table(made, "progress")
        yield made


def rows(client: BaseClient) -> dict[tuple[str, str], Any]:
    items = client.scan(TableName="progress")["Items"]
    return {(each["pk"]["S"], each["sk"]["S"]): each for each in items}


def test_who_meets_others_waits_by_chance_and_adds_to_another_shard(client: BaseClient) -> None:
    crowd = Crowd(client, 0.5, 0.4)
    crowd.refusals = 1
    assert crowd.figures.count(FAILED, None, NOON)
    [waited] = crowd.waits
    assert 0 < waited < 0.02
    before = crowd.figures.counted("t-1")
    assert before == Counted(FAILED, shard=int(0.4 * SHARDS))
    assert {sort for pk, sort in rows(client) if pk == "FIGURES#*"} == {f"{TODAY}#acme#3"}
    assert crowd.figures.count(replace(FAILED, transfer_id="t-2"), None, NOON)
    assert sums(crowd.figures)["acme", 12]["failed"] == 2
    assert crowd.figures.count(COMPLETED, before, NOON)
    assert sums(crowd.figures)["acme", 12]["failed"] == 1
    assert crowd.figures.count(replace(FAILED, sequence=12), crowd.figures.counted("t-1"), NOON)
    assert sums(crowd.figures) == {("acme", 12): {"failed": 2, "reason_no_space": 2}}


def test_a_crowd_that_does_not_end_is_left_to_a_later_delivery(client: BaseClient) -> None:
    crowd = Crowd(client)
    crowd.refusals = TRIES
    with pytest.raises(FiguresBusy):
        crowd.figures.count(FAILED, None, NOON)
    assert len(crowd.waits) == TRIES
    assert sum(crowd.waits) < 2
    assert rows(client) == {}
    assert crowd.figures.count(FAILED, None, NOON)


def test_shards_are_all_there_are(client: BaseClient) -> None:
    crowd = Crowd(client)
    crowd.refusals = 1
    assert crowd.figures.count(FAILED, None, NOON)
    assert crowd.figures.counted("t-1") == Counted(FAILED, shard=SHARDS - 1)


def test_rows_go_when_the_days_figures_are_not_kept_any_more(client: BaseClient) -> None:
    crowd = Crowd(client)
    late = replace(FAILED, ended_at=NOON - timedelta(days=60))
    assert crowd.figures.count(late, None, NOON)
    expiries = {int(each["expires_at"]["N"]) for each in rows(client).values()}
    assert expiries == {int(kept_until(late.day).timestamp())}


def test_a_row_of_a_later_version_is_read(client: BaseClient) -> None:
    crowd = Crowd(client)
    assert crowd.figures.count(FAILED, None, NOON)
    key = {"pk": {"S": f"FIGURES#{EVERYBODY}"}, "sk": {"S": f"{TODAY}#acme#0"}}
    client.update_item(
        TableName="progress",
        Key=key,
        UpdateExpression="SET version = :v, q12 = :v",
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    assert sums(crowd.figures)["acme", 12]["failed"] == 1
