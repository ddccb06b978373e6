"""Who drives which lane, in DynamoDB: one row per lane, changed only by the turn's holder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Table, put, row_key, update
from services.transfer.domain.errors import LeaseLost, StaleTransfer
from services.transfer.domain.ledger import Lane, LedgerId

CURRENT = "#turn = :turn AND #ended = :no"


class DynamoDbLaneRegister:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def queue(self, ledger: LedgerId, number: int, turn: int, due: datetime, failures: int) -> bool:
        lane = Lane(ledger.transfer_id, ledger.generation, number, turn, None, due, failures)
        newer = "attribute_not_exists(#pk) OR #turn < :turn"
        return not self._table.write([put(_row(lane), newer, turn=turn)], _busy(lane))

    def take(
        self,
        ledger: LedgerId,
        number: int,
        turn: int,
        worker: str,
        now: datetime,
        until: datetime,
    ) -> Lane | None:
        row = self._table.read(_key(ledger.transfer_id, ledger.generation, number))
        if row is None:
            return None
        taken = replace(from_item(Lane, row), worker=worker, until=until, bytes_in_flight=0)
        free = f"{CURRENT} AND (attribute_not_exists(#worker) OR #until <= :now)"
        take = put(_row(taken), free, turn=turn, no=False, now=now)
        return None if self._table.write([take], _busy(taken)) else taken

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        beaten = replace(lane, until=until, bytes_in_flight=bytes_in_flight)
        held = f"{CURRENT} AND #worker = :worker"
        beat = put(_row(beaten), held, turn=lane.turn, no=False, worker=lane.worker or "")
        if self._table.write([beat], _busy(lane)):
            raise LeaseLost(f"lane {lane.number} of transfer {lane.transfer_id}")
        return beaten

    def end(self, lane: Lane) -> None:
        by_nobody = lane.worker is None
        held = "attribute_not_exists(#worker)" if by_nobody else "#worker = :worker"
        holder = {} if by_nobody else {"worker": lane.worker}
        end = update(
            _key(lane.transfer_id, lane.generation, lane.number),
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
        prefix = f"LEDGER#{ledger.generation:04d}#LANE#"
        rows = self._table.rows_under(f"T#{ledger.transfer_id}", prefix)
        return [from_item(Lane, row) for row in rows]


def _key(transfer_id: str, generation: int, number: int) -> Item:
    return row_key(f"T#{transfer_id}", f"LEDGER#{generation:04d}#LANE#{number:03d}")


def _row(lane: Lane) -> Item:
    return _key(lane.transfer_id, lane.generation, lane.number) | to_item(lane)


def _busy(lane: Lane) -> StaleTransfer:
    return StaleTransfer(lane.transfer_id)
