"""How many lanes each destination gets, in DynamoDB: a small row beside the session slots, which
are given by it, and a row for each decision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Table, put, row_key
from services.transfer.adapters.dynamodb_session_slots import TARGET
from services.transfer.domain.errors import DestinationChanged
from services.transfer.domain.lane_target import KEPT, Decision, LaneTarget

PREFIX = "LANES#"


class DynamoDbLaneTargets:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def read(self, destination_id: str) -> LaneTarget | None:
        row = self._table.read(_key(destination_id))
        return None if row is None else from_item(LaneTarget, row)

    def save(self, target: LaneTarget, decision: Decision | None) -> bool:
        saved, at = replace(target, version=target.next_version), target.window.last_at
        row = _key(target.destination_id) | to_item(saved) | _expiring(at)
        if target.version:
            actions = [put(row, "#version = :version", version=target.version)]
        else:
            actions = [put(row, "attribute_not_exists(#pk)")]
        if decision is not None:
            told = _decision_key(target.destination_id, saved.version)
            told |= to_item(decision) | _expiring(decision.at)
            actions.append(put(told, "attribute_not_exists(#pk)"))
        try:
            return not self._table.write(actions, DestinationChanged(target.destination_id))
        except DestinationChanged:
            return False  # others are at it; the next report comes soon

    def decisions(self, destination_id: str, limit: int) -> Sequence[Decision]:
        rows = self._table.rows_under(
            _partition(destination_id), PREFIX, ScanIndexForward=False, Limit=limit
        )
        return [from_item(Decision, row) for row in islice(rows, limit)]


def _partition(destination_id: str) -> str:
    return f"D#{destination_id}"


def _key(destination_id: str) -> Item:
    return row_key(_partition(destination_id), TARGET)


def _decision_key(destination_id: str, version: int) -> Item:
    """In the order of the versions, because clocks differ."""
    return row_key(_partition(destination_id), f"{PREFIX}{version:012d}")


def _expiring(at: datetime) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(at + KEPT))}
