"""LiveTransfers in DynamoDB: a row for each transfer, and one in each list that it stands in."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.client import BaseClient

from runtime.dynamodb.items import (
    Item,
    epoch_seconds,
    from_item,
    to_attribute,
    to_item,
)
from runtime.dynamodb.table import ANYWAY, Action, Table, put, row_key
from services.progress.domain.errors import TransferBusy
from services.progress.domain.known_transfer import Heard, KnownTransfer
from services.progress.domain.samples import Sample, Samples

EPOCH, TICK = datetime.fromtimestamp(0, UTC), timedelta(microseconds=1)
STATE = "STATE"
EVERYBODYS = "*"
# Events come up to 60 days late (runtime.dynamodb.inbox), and would bring a row back.
KEPT_AFTER_END = timedelta(days=90)
# A paused transfer has no events. One whose end is never heard goes when this is over.
KEPT_UNDER_WAY = timedelta(days=400)
LISTED_AFTER_END = timedelta(hours=1)
DAY = timedelta(days=1)


def state_key(transfer_id: str) -> Item:
    return row_key(f"T#{transfer_id}", STATE)


def lists_of(owner: str) -> tuple[str, str]:
    return f"LIST#{owner}", f"LIST#{EVERYBODYS}"


class DynamoDbLiveTransfers:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def read(self, transfer_id: str) -> KnownTransfer | None:
        item = self._table.read(state_key(transfer_id))
        return known_transfer(item) if item else None

    def store(self, now: KnownTransfer, before: KnownTransfer | None) -> bool:
        version = before.version if before else 0
        state = _state(replace(now, version=version + 1))
        condition = "#version = :version" if before else "attribute_not_exists(#pk)"
        values = {"version": version} if before else {}
        actions = [put(state, condition, **values)]
        if before is None or _listed_until(before) != _listed_until(now):
            actions += _listed(now)
        return not self._table.write(actions, TransferBusy(now.transfer_id))


def known_transfer(item: Item) -> KnownTransfer:
    texts = {name: json.loads(item[name]["S"]) for name in ("named", "shown", "changed")}
    return KnownTransfer(
        transfer_id=item["transfer_id"]["S"],
        owner=item["owner"]["S"],
        epoch=item["epoch"]["S"],
        seq=int(item["seq"]["N"]),
        version=int(item["version"]["N"]),
        heard=from_item(Heard, item["heard"]["M"]),
        samples=_read_samples(item["samples"]["S"]),
        **texts,
    )


def _state(known: KnownTransfer) -> Item:
    kept = KEPT_AFTER_END if known.ended else KEPT_UNDER_WAY
    values: dict[str, Any] = {
        **{name: getattr(known, name) for name in ("transfer_id", "owner", "epoch", "seq")},
        **{name: _written(getattr(known, name)) for name in ("named", "shown", "changed")},
        "version": known.version,
        "expires_at": epoch_seconds(known.seen_at + kept),
    }
    item = {name: to_attribute(value) for name, value in values.items()}
    item |= {"heard": {"M": to_item(known.heard)}, "samples": {"S": _samples(known.samples)}}
    return state_key(known.transfer_id) | item


def _written(values: object) -> str:
    """A character takes its bytes in UTF-8, and not up to twelve: a row has 400 KB at most."""
    return json.dumps(values, ensure_ascii=False)


def _samples(samples: Samples) -> str:
    """Short, because the row is written each second."""
    return json.dumps([[(each.at - EPOCH) // TICK, each.bytes_done] for each in samples.seen])


def _read_samples(text: str) -> Samples:
    return Samples(tuple(Sample(EPOCH + ticks * TICK, done) for ticks, done in json.loads(text)))


def _listed(known: KnownTransfer) -> Sequence[Action]:
    expires_at = to_attribute(epoch_seconds(_listed_until(known)))
    return [
        put(row_key(each, f"T#{known.transfer_id}") | {"expires_at": expires_at}, ANYWAY)
        for each in lists_of(known.owner)
    ]


def _listed_until(known: KnownTransfer) -> datetime:
    """Under way it moves on by whole days, so that few events write the rows. They count from the
    request, so that not all transfers write them at midnight."""
    if known.ended:
        return known.seen_at + LISTED_AFTER_END
    requested_at = datetime.fromisoformat(str(known.named["requested_at"]))
    return requested_at + (known.seen_at - requested_at) // DAY * DAY + KEPT_UNDER_WAY
