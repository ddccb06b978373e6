"""Functions of a region whose stage has another one, which has its own table."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from services.transfer.adapters.dynamodb_home_store import DynamoDbHomeStore
from services.transfer.domain.errors import OneRegion, RegionWorks
from services.transfer.domain.ports import HomeStore
from services.transfer.domain.status import Status
from tests.conformance.records import a_destination
from tests.conformance.stores import create_table
from tests.fakes.home import PATIENCE
from tests.integration.transfer.deployed import REGION, TABLE, Deployed
from tests.integration.transfer.test_measured import metrics
from tests.integration.transfer.test_sweep_stalled import SCHEDULED, stored_an_hour_ago
from tests.unit.runtime.conftest import Lines

OTHER = "eu-west-1"
SHOW: dict[str, Any] = {"to": None}


@pytest.fixture
def in_two(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.setenv("PEER_REGION", OTHER)
    monkeypatch.setenv("HOME_REGION", REGION)
    create_table(boto3.client("dynamodb", region_name=OTHER), TABLE)
    deployed.warm = {}  # the session's functions know of no other region
    return deployed


def others_record() -> HomeStore:
    here, there = (boto3.client("dynamodb", region_name=each) for each in (REGION, OTHER))
    return DynamoDbHomeStore(there, lambda: here, TABLE, (OTHER, REGION), REGION, PATIENCE)


def test_a_stage_in_one_region_has_nothing_to_switch(deployed: Deployed) -> None:
    with pytest.raises(OneRegion):
        deployed.invoke("switch_home", SHOW)


def test_the_region_says_that_it_works_and_stops_when_it_is_told(in_two: Deployed) -> None:
    in_two.put("file", b"content")
    in_two.register()
    in_two.request("file")
    assert in_two.invoke("switch_home", SHOW)["works"] is True
    told = in_two.invoke("switch_home", {"to": "standby"})
    assert (told["works"], told["wants_to_work"], told["region"]) == (False, False, REGION)
    wish = {"source": {"bucket": "outgoing", "key": "file"}, "destination_id": "acme"}
    refused = in_two.api("POST", "/api/transfer", wish)
    assert (refused.status, refused.body["code"]) == (503, "region_stands_by")
    assert OTHER in refused.body["detail"]
    tested = in_two.api("POST", "/api/destinations/acme/test")
    assert (tested.status, tested.body["code"]) == (503, "region_stands_by")


def test_the_sweep_sees_the_claim_of_the_other_region(in_two: Deployed) -> None:
    assert in_two.invoke("switch_home", {"to": "active"})["works_from"] is not None
    store = others_record()
    assert store.save(store.mine().claim(datetime.now(UTC), store.peers())) is not None
    in_two.invoke("sweep_stalled", {"source": "aws.events"})
    told = in_two.invoke("switch_home", SHOW)
    assert (told["works"], told["wants_to_work"], told["overtaken"]) == (False, False, True)


def test_what_is_open_is_not_measured_while_the_region_stands_by(
    in_two: Deployed, lines: Lines
) -> None:
    in_two.register()
    stored_an_hour_ago(in_two, "t-carried", status=Status.MOVING, destination_id="acme")
    lines()
    in_two.invoke("measure_open", SCHEDULED)
    assert metrics(lines)["StandingStill"] == [1]
    in_two.invoke("switch_home", {"to": "standby"})
    in_two.invoke("measure_open", SCHEDULED)
    assert set(map(tuple, metrics(lines).values())) == {(0,)}


def test_records_are_taken_only_while_the_region_stands_by(in_two: Deployed) -> None:
    in_two.destinations.create(a_destination(), None)
    page = in_two.invoke("carry", {"act": "give"})
    assert [each["kind"] for each in page["records"]] == ["destination"]
    taken = {"act": "take", "records": page["records"]}
    with pytest.raises(RegionWorks):
        in_two.invoke("carry", taken)
    in_two.invoke("switch_home", {"to": "standby"})
    assert in_two.invoke("carry", taken)["known"] == 1
