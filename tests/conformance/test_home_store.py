"""HomeStore. Each region keeps a record of its own, and reads the other one's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from services.transfer.adapters.dynamodb_home_store import DynamoDbHomeStore
from services.transfer.domain.errors import PeerUnreachable
from services.transfer.domain.home import EVER, Home
from services.transfer.domain.ports import HomeStore
from tests.conformance.stores import SESSION, create_table
from tests.fakes.home import HOME_REGION, OTHER_REGION, PATIENCE, InMemoryHomes

NOW = datetime(2026, 11, 2, 12, 0, 0, 250, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    home: HomeStore
    other: HomeStore
    cut_off: HomeStore  # of the home region, which cannot reach the other one


@pytest.fixture(params=["in_memory", "moto"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    if request.param == "in_memory":
        homes = InMemoryHomes()
        away = InMemoryHomes(rows=homes.rows, cut_off={HOME_REGION})
        yield Pair(homes.of(HOME_REGION), homes.of(OTHER_REGION), away.of(HOME_REGION))
        return
    with mock_aws():
        here, there = client(HOME_REGION), client(OTHER_REGION)
        create_table(here, "transfers")
        create_table(there, "transfers")
        yield Pair(
            store(here, there, (HOME_REGION, OTHER_REGION)),
            store(there, here, (OTHER_REGION, HOME_REGION)),
            store(here, None, (HOME_REGION, OTHER_REGION)),
        )


def client(region: str) -> BaseClient:
    return SESSION.client(
        "dynamodb", region_name=region, aws_access_key_id="t", aws_secret_access_key="t"
    )


def store(mine: BaseClient, peer: BaseClient | None, regions: tuple[str, str]) -> HomeStore:
    def peers() -> BaseClient:
        if peer is None:
            raise EndpointConnectionError(endpoint_url="dynamodb")
        return peer

    return DynamoDbHomeStore(mine, peers, "transfers", regions, HOME_REGION, PATIENCE)


def test_before_anything_is_stored_the_home_region_works(pair: Pair) -> None:
    assert pair.home.mine() == pair.other.peers() == Home(HOME_REGION, works=True, works_from=EVER)
    assert pair.other.mine() == pair.home.peers() == Home(OTHER_REGION)


def test_a_record_comes_back_whole_in_both_regions(pair: Pair) -> None:
    claimed = Home(OTHER_REGION).claim(NOW, None).after_claim(None, NOW, PATIENCE)
    saved = pair.other.save(claimed)
    assert saved is not None
    assert saved.version == 1
    assert pair.other.mine() == pair.home.peers() == saved
    assert pair.home.mine().version == 0


def test_of_two_changes_of_one_record_the_second_is_refused(pair: Pair) -> None:
    first = pair.home.mine()
    assert pair.home.save(first.stand_by(NOW)) is not None
    assert pair.home.save(first) is None
    assert not pair.home.mine().works


def test_a_region_that_cannot_be_read_is_told_as_that(pair: Pair) -> None:
    with pytest.raises(PeerUnreachable, match=OTHER_REGION):
        pair.cut_off.peers()
    assert pair.cut_off.mine().works
