"""The way of an event: queue -> consumer -> what is foretold of the next transfer."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.agent.adapters.dynamodb_outcomes import DynamoDbOutcomes
from services.agent.domain.outcome import Learned
from tests.contract.examples import examples
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.functions import cold_start
from tests.integration.in_moto import InMoto, in_moto
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]

BEGAN = datetime(2026, 11, 22, 9, tzinfo=UTC)
COMPLETED, FAILED = "TransferCompleted.v1", "TransferFailed.v1"


@pytest.fixture
def deployed(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMoto]:
    with in_moto("agent", monkeypatch) as deployed:
        yield deployed


def event(kind: str, number: int, seconds: float = 60, **changes: Any) -> str:  # noqa: ANN401
    """An event of its own of transfer t-<number>, which was asked for at nine."""
    example = next(each for each in examples() if each.detail_type == kind)
    detail: dict[str, Any] = json.loads(example.text)
    detail["meta"]["event_id"] = f"e-{number}"
    ended = (BEGAN + timedelta(seconds=seconds)).isoformat()
    data = detail["data"] | {"transfer_id": f"t-{number}", "requested_at": BEGAN.isoformat()}
    data |= {"run": 1, "size_bytes": 5_000_000}
    data["destination"] = data["destination"] | {"id": "acme"}
    if kind == COMPLETED:
        data["receipt"] = data["receipt"] | {"finished_at": ended}
    else:
        data["failed_at"] = ended
    return put_by_rule(kind, detail | {"data": data | changes})


def learned(deployed: InMoto) -> Learned:
    [table] = deployed.tables.values()
    return DynamoDbOutcomes(deployed.dynamodb, table, timedelta(days=90)).learned("acme", BEGAN)


def test_each_transfer_counts_once_however_often_its_events_come(deployed: InMoto) -> None:
    consumer = cold_start("agent", "consumer")
    events = [event(COMPLETED, n) for n in range(12)] + [event(FAILED, n) for n in range(12, 15)]
    for _ in range(2):
        assert failed(consumer(batch(*events), Invocation())) == []
    found = learned(deployed)
    estimate = found.estimate(6_000_000, hour=23)
    assert estimate.counted == 15
    assert estimate.seconds == pytest.approx(60, rel=0.1)
    assert estimate.success_percent == pytest.approx(100 * 12 / 15, abs=3)
    assert found.estimate(6_000_000, 23, many=True).seconds is None


def test_retries_and_transfers_of_many_files_count_apart(deployed: InMoto) -> None:
    consumer = cold_start("agent", "consumer")
    source = {"bucket": "exports", "key": "in/", "kind": "prefix"}
    events = [event(COMPLETED, n, source=source, seconds=600) for n in range(10)]
    events += [event(COMPLETED, n, run=2) for n in range(10, 20)]
    assert failed(consumer(batch(*events), Invocation())) == []
    found = learned(deployed)
    assert found.estimate(6_000_000, 9).seconds is None
    assert found.estimate(6_000_000, 9, many=True).seconds == pytest.approx(600, rel=0.1)


def test_rows_expire(deployed: InMoto) -> None:
    consumer = cold_start("agent", "consumer")
    assert failed(consumer(batch(event(FAILED, 1, size_bytes=None)), Invocation())) == []
    rows = {row["pk"]["S"].split("#")[0]: row for row in deployed.rows()}
    assert rows.keys() == {"INBOX", "OUTCOMES"}
    assert int(rows["INBOX"]["expires_at"]["N"]) > 0
    days = (int(rows["OUTCOMES"]["expires_at"]["N"]) - BEGAN.timestamp()) / 86_400
    assert 90 <= days <= 100
