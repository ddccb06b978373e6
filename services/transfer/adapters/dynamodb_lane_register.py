"""Who drives which lane, in DynamoDB. Each lane has one row, and every change names its turn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Table, put, update
from services.transfer.adapters.dynamodb_ledger_rows import (
    CURRENT,
    expiring,
    lane_beats,
    lane_key,
    lanes_prefix,
    lost_lane,
    partition_of_ledger,
)
from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.lane import Lane
from services.transfer.domain.leases import believed_until
from services.transfer.domain.ledger import LedgerId

# The same as leases.is_over. `beyond` that end no lease is believed.
FREE = "(attribute_not_exists(#worker) OR #until <= :now OR #until > :beyond)"


class DynamoDbLaneRegister:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def queue(self, lane: Lane) -> bool:
        waiting = lane.as_queued
        newer = "attribute_not_exists(#pk) OR #turn < :turn"
        return not self._table.write([put(_row(waiting), newer, turn=lane.turn)], _busy(lane))

    def take(
        self,
        ledger: LedgerId,
        number: int,
        turn: int,
        worker: str,
        now: datetime,
        until: datetime,
    ) -> Lane | None:
        row = self._table.read(lane_key(ledger.transfer_id, ledger.generation, number))
        if row is None:
            return None
        lane = from_item(Lane, row)
        taken = lane.taken_by(worker, until)
        beyond = believed_until(now, until)
        free = f"{CURRENT} AND {FREE}"
        take = put(_row(taken), free, turn=turn, no=False, now=now, beyond=beyond)
        return None if self._table.write([take], _busy(taken)) else taken

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        beaten = replace(lane, until=until, bytes_in_flight=bytes_in_flight)
        if self._table.write([lane_beats(beaten)], _busy(lane)):
            raise lost_lane(lane)
        return beaten

    def end(self, lane: Lane) -> None:
        by_nobody = lane.worker is None
        held = "attribute_not_exists(#worker)" if by_nobody else "#worker = :worker"
        holder = {} if by_nobody else {"worker": lane.worker}
        end = update(
            _key(lane),
            "SET #ended = :yes, #bytes_in_flight = :zero REMOVE #worker",
            f"{CURRENT} AND {held}",
            yes=True,
            no=False,
            zero=0,
            turn=lane.turn,
            **holder,
        )
        self._table.write([end], _busy(lane))

    def lanes(self, ledger: LedgerId) -> Sequence[Lane]:
        prefix = lanes_prefix(ledger.generation)
        rows = self._table.rows_under(partition_of_ledger(ledger), prefix)
        return [from_item(Lane, row) for row in rows]


def _key(lane: Lane) -> Item:
    return lane_key(lane.transfer_id, lane.generation, lane.number)


def _row(lane: Lane) -> Item:
    return _key(lane) | to_item(lane) | expiring(lane.until)


def _busy(lane: Lane) -> StaleTransfer:
    return StaleTransfer(lane.transfer_id)
