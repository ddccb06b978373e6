"""Rows that are not needed for ever say when DynamoDB may remove them. That is not too early."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.transfer.adapters.dynamodb_ledger_rows import LEDGER_ROW_LIFETIME
from services.transfer.adapters.dynamodb_transfer_store import (
    FORGOTTEN_AFTER,
    DynamoDbTransferStore,
)
from services.transfer.adapters.dynamodb_transfer_timeline import FACTS_KEPT
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.status import Status
from tests.conformance.hooked_table import HookedTable, hooked_moto_table, must_claim
from tests.conformance.records import (
    NOON,
    a_key,
    a_lane,
    a_mark,
    a_moving_ledger,
    a_transfer,
    after,
    an_event,
    finish,
)

PLAN = ChunkPlan(size_bytes=30, chunk_bytes=10)
LONGEST_RUN = timedelta(days=30)  # services/transfer/workflow.asl.json, TimeoutSeconds
LONGEST_GOING_ON = timedelta(days=60)  # of a retry, from a ledger of that age


@pytest.fixture
def table() -> Iterator[HookedTable]:
    with hooked_moto_table() as opened:
        yield opened


def expiries(table: HookedTable, prefix: str) -> dict[str, datetime | None]:
    """The expiry of the rows of transfer t-1 and of its partner, by sort key."""
    rows = table.client.scan(TableName="transfers")["Items"]
    return {
        row["sk"]["S"]: datetime.fromtimestamp(int(row["expires_at"]["N"]), NOON.tzinfo)
        if "expires_at" in row
        else None
        for row in rows
        if row["sk"]["S"].startswith(prefix)
    }


def test_a_ledger_outlives_the_last_run_that_may_go_on_from_it() -> None:
    assert LEDGER_ROW_LIFETIME > LONGEST_RUN + LONGEST_GOING_ON


@pytest.mark.parametrize("prove", [False, True])
def test_every_row_of_a_ledger_expires(table: HookedTable, prove: bool) -> None:
    ledger, prefix = a_moving_ledger(table.stores, PLAN), "LEDGER#"
    if prove:
        ledger, prefix = ledger.proof, "PROOF#"
        table.stores.ledger.open(ledger, PLAN)
    end = NOON + LEDGER_ROW_LIFETIME
    for _ in range(2):
        finish(table.stores, must_claim(table.stores, ledger, "a"))
    [_, second] = table.stores.ledger.done_chunks(ledger)
    must_claim(table.stores, ledger, "b")
    assert table.stores.ledger.reopen(ledger, second)
    assert expiries(table, prefix) == {
        f"{prefix}0001#PROGRESS": end,
        f"{prefix}0001#DONE#00000": end,
        f"{prefix}0001#OPEN#00001": end,
        f"{prefix}0001#OPEN#00002": end,
    }


def test_no_change_of_a_chunk_takes_its_expiry_away(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    stores, row = table.stores.ledger, "LEDGER#0001#OPEN#00000"
    lease = stores.checkpoint(
        stores.renew(must_claim(table.stores, ledger, "a"), after(9)), a_mark(3)
    )
    stores.release(replace(lease, ahead=a_mark(5)))
    must_claim(table.stores, ledger, "b")
    assert expiries(table, row) == {row: NOON + LEDGER_ROW_LIFETIME}


def test_a_lanes_row_expires_after_its_last_turn(table: HookedTable) -> None:
    row, lanes = "LEDGER#0001#LANE#000", table.stores.lanes
    ledger = a_moving_ledger(table.stores, PLAN)
    assert lanes.queue(a_lane())
    assert expiries(table, row) == {row: after(30) + LEDGER_ROW_LIFETIME}
    lane = lanes.take(ledger, 0, 1, "a", NOON, after(60))
    assert lane is not None
    lanes.end(lanes.beat(lane, after(90), 1))
    assert expiries(table, row) == {row: after(60) + LEDGER_ROW_LIFETIME}


def test_a_sessions_row_expires_a_day_after_its_lease(table: HookedTable) -> None:
    slot = table.stores.slots.take("partner", 1, "a", NOON, after(60))
    assert slot is not None
    day = timedelta(days=1)
    assert expiries(table, "SLOT#") == {"SLOT#000": after(60) + day}
    table.stores.slots.renew(slot, after(7_200))
    assert expiries(table, "SLOT#") == {"SLOT#000": after(7_200) + day}


def test_an_event_expires_and_its_transfer_stays(table: HookedTable) -> None:
    table.stores.transfers.create(a_transfer(), [an_event("e-1")], a_key())
    assert table.stores.outbox.claim("t-1", "e-1", "a", NOON, after(30))
    table.stores.outbox.mark_published("t-1", "e-1")
    assert expiries(table, "OUTBOX#") == {"OUTBOX#e-1": NOON + FACTS_KEPT}
    assert expiries(table, "TRANSFER") == {"TRANSFER": None}


def test_the_time_of_a_late_trouble_counts_from_when_it_was_told(table: HookedTable) -> None:
    """Trouble is no change of state. A run may last for weeks without one."""
    told = NOON + LONGEST_RUN
    transfer = table.stores.transfers.create(a_transfer(), [], None)
    table.stores.transfers.save(replace(transfer, delayed_at=told), [an_event("e-1")])
    assert expiries(table, "OUTBOX#") == {"OUTBOX#e-1": told + FACTS_KEPT}


@pytest.mark.parametrize("owner", ["synthetic", "ann"])
def test_only_what_the_synthetic_user_sent_is_forgotten_when_it_is_over_and_tidy(
    table: HookedTable, owner: str
) -> None:
    store = DynamoDbTransferStore(table.client, "transfers", forgets="synthetic")
    transfer = store.create(a_transfer(owner=owner, at=NOON), [an_event("e-1")], None)
    assert expiries(table, "TRANSFER") == {"TRANSFER": None}  # it has not ended
    ended = replace(transfer, status=Status.FAILED, updated_at=NOON, part=PartFile("/x", "p", NOON))
    ended = store.save(ended)
    assert expiries(table, "TRANSFER") == {"TRANSFER": None}  # its part file may be there
    store.save(replace(ended, part=None), [an_event("e-2")])
    forgotten = NOON + FORGOTTEN_AFTER
    mine = owner == "synthetic"
    assert expiries(table, "TRANSFER") == {"TRANSFER": forgotten if mine else None}
    told = set(expiries(table, "OUTBOX").values())
    assert told == {forgotten if mine else NOON + FACTS_KEPT}
    assert store.read(transfer.id).tidy  # the row's expiry is no field of it
