"""LiveTransfers. What is known of a transfer is stored once, whoever else stores at that moment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from services.progress.adapters.dynamodb_live_transfers import DynamoDbLiveTransfers, state_key
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import LiveTransfers
from services.progress.domain_services.projection import told
from tests.conformance.stores import create_table, dynamodb_client
from tests.fakes.live_transfers import InMemoryLiveTransfers
from tests.unit.progress.stories import NOON, Story


@pytest.fixture(params=["in_memory", "moto"])
def transfers(request: pytest.FixtureRequest) -> Iterator[LiveTransfers]:
    if request.param == "in_memory":
        yield InMemoryLiveTransfers()
        return
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "progress")
        yield DynamoDbLiveTransfers(client, "progress")


def known_after(story: Story) -> KnownTransfer:
    known = None
    for event in story.events:
        known = told(known, event, "e1")
    assert known is not None
    return known


def a_moving_transfer() -> tuple[Story, KnownTransfer]:
    story = Story()
    story.requested()
    story.started()
    for percent in (10, 20, 30):
        story.sample(percent, chunk_runs="1d2m7w")
    return story, known_after(story)


def test_what_is_known_comes_back_exactly_as_it_was_stored(transfers: LiveTransfers) -> None:
    _, known = a_moving_transfer()
    assert transfers.read(known.transfer_id) is None
    assert transfers.store(known, None)
    assert transfers.read(known.transfer_id) == replace(known, version=1)


def test_of_two_that_store_at_once_one_is_told_to_look_again(transfers: LiveTransfers) -> None:
    story, known = a_moving_transfer()
    assert transfers.store(known, None)
    assert not transfers.store(known, None)
    stored = transfers.read(known.transfer_id)
    newer = told(stored, story.sample(40), "e2")
    assert transfers.store(newer, stored)
    assert not transfers.store(told(stored, story.sample(50), "e2"), stored)
    assert transfers.read(known.transfer_id) == replace(newer, version=2)


def test_time_of_a_sample_keeps_its_microseconds(transfers: LiveTransfers) -> None:
    story = Story()
    story.at += timedelta(microseconds=1)
    story.requested()
    story.started()
    story.sample(10)
    known = known_after(story)
    assert transfers.store(known, None)
    read = transfers.read(known.transfer_id)
    assert read is not None
    assert read.samples == known.samples


def test_the_row_of_a_paused_transfer_is_kept_for_a_year_and_that_of_an_ended_one_for_months() -> (
    None
):
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "progress")
        transfers = DynamoDbLiveTransfers(client, "progress")
        story = Story()
        story.requested()
        story.paused()
        paused = known_after(story)
        assert transfers.store(paused, None)
        assert days_kept(client) > 365
        cancelled = told(paused, story.cancelled(), "e1")
        assert transfers.store(cancelled, transfers.read("t-1"))
        assert 60 < days_kept(client) < 100


def days_kept(client: BaseClient) -> float:
    row = client.get_item(TableName="progress", Key=state_key("t-1"))["Item"]
    return (int(row["expires_at"]["N"]) - NOON.timestamp()) / 86_400


def test_a_row_takes_the_bytes_of_its_text() -> None:
    """Not up to three times as many, because a row ends at 400 KB."""
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "progress")
        story = Story(owner="jürgen")
        story.requested()
        assert DynamoDbLiveTransfers(client, "progress").store(known_after(story), None)
        row = client.get_item(TableName="progress", Key=state_key("t-1"))["Item"]
        assert "jürgen" in row["named"]["S"]
