"""Lists of transfers in DynamoDB: which index serves a query, and how far one page reads.

An index holds partitions in the order of requests. The query's narrowest condition chooses the
partition, and its other conditions are looked at row by row. A list of one owner is read from
partitions of that owner alone, so that no cursor names a transfer of somebody else.
"""

import heapq
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.items import Item, from_item, instant, to_attribute
from runtime.dynamodb.table import Table
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery

POSITION = re.compile(r"[0-9-]{10}T[0-9:.]{15}\+00:00#[!-~]{1,200}")
BEFORE_ALL, AFTER_ALL = "0", ":"  # of all positions, which begin with a year
EVERYBODY = "EVERYBODY"  # one partition is enough for some tens of requests a second
ACTIVE = "active"
WITH_REASON = {ACTIVE, Status.FAILED.value}  # no other transfer has a failure on record
ROWS_READ = 1_000  # for one page; to read and decode them takes about a second
ROWS_OF_QUERY = 50  # at least, because a call costs more than some rows
PAGE_BYTES = 2_500_000  # Lambda answers 6 MB, and JSON within JSON escapes each quotation mark


@dataclass(frozen=True)
class Partitions:
    index: str
    attribute: str
    values: tuple[str, ...]  # more than one are merged
    position: str = "gsi3sk"


def index_keys(transfer: Transfer) -> Item:
    """What puts the row into the indexes. Those by destination and by label also have the fields
    of these names as keys."""
    position = f"{instant(transfer.requested_at)}#{transfer.id}"
    keys = {
        "gsi1pk": f"OWNER#{transfer.owner}",
        "gsi1sk": position,
        "gsi3pk": EVERYBODY,
        "gsi3sk": position,
        "gsi6pk": transfer.source.bucket,
    }
    if transfer.status not in ENDED or not transfer.tidy:
        keys |= {"gsi2pk": "OPEN", "gsi2sk": transfer.id}
    if transfer.status is not Status.COMPLETED:
        outcome = _outcome(transfer.status)
        keys |= {"gsi4pk": outcome, "gsi5pk": f"{transfer.owner}#{outcome}"}
    if transfer.label is not None:
        keys["gsi7pk"] = f"{transfer.owner}#{transfer.label}"
    return {name: to_attribute(value) for name, value in keys.items()}


def partitions_of(query: TransferQuery) -> Partitions:
    outcomes = _outcomes(query)
    if query.owner is not None:
        if query.label is not None:
            return Partitions("by_owner_label", "gsi7pk", (f"{query.owner}#{query.label}",))
        if outcomes is not None:
            own = tuple(f"{query.owner}#{outcome}" for outcome in outcomes)
            return Partitions("by_owner_outcome", "gsi5pk", own)
        return Partitions("by_owner", "gsi1pk", (f"OWNER#{query.owner}",), "gsi1sk")
    if query.label is not None:
        return Partitions("by_label", "label", (query.label,))
    if outcomes is not None:
        return Partitions("by_outcome", "gsi4pk", outcomes)
    if query.destination_id is not None:
        return Partitions("by_destination", "destination_id", (query.destination_id,))
    if query.bucket is not None:
        return Partitions("by_bucket", "gsi6pk", (query.bucket,))
    return Partitions("by_time", "gsi3pk", (EVERYBODY,))


def read_page(
    table: Table, query: TransferQuery, limit: int, cursor: str | None, rows_read: int
) -> Page[Transfer]:
    """At most `limit` transfers. There are fewer, and a cursor, when `rows_read` rows were read or
    when the page has PAGE_BYTES."""
    found: list[Transfer] = []
    position, size = "", 0
    of, at_least = partitions_of(query), max(limit + 1, ROWS_OF_QUERY)
    for number, row in enumerate(_rows(table, query, of, cursor, at_least)):
        if number == rows_read:
            return Page(found, write_cursor(query.name, position))
        transfer = from_item(Transfer, row)
        twice = bool(found) and found[-1].id == transfer.id  # it changed partitions meanwhile
        if query.holds(transfer) and not twice:
            size += len(json.dumps(row))
            if len(found) == limit or (found and size > PAGE_BYTES):
                return Page(found, write_cursor(query.name, position))
            found.append(transfer)
        position = row[of.position]["S"]
    return Page(found, None)


def _rows(
    table: Table, query: TransferQuery, of: Partitions, cursor: str | None, at_once: int
) -> Iterator[Item]:
    """In the query's order, from behind the cursor."""
    low = instant(query.since) if query.since else BEFORE_ALL
    high = instant(query.until) if query.until else AFTER_ALL
    after = None
    if cursor is not None:
        refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
        after = read_cursor(query.name, cursor, POSITION, refusal)
        low, high = (low, min(high, after)) if query.newest_first else (max(low, after), high)
    if low > high:  # DynamoDB refuses such a range
        return iter(())
    condition = f"#{of.attribute} = :partition AND #{of.position} BETWEEN :low AND :high"
    options = {"IndexName": of.index, "ScanIndexForward": not query.newest_first, "Limit": at_once}
    found = [
        table.rows(condition, {"partition": value, "low": low, "high": high}, **options)
        for value in of.values
    ]
    place = itemgetter(of.position)
    merged = heapq.merge(*found, key=lambda row: place(row)["S"], reverse=query.newest_first)
    return (row for row in merged if place(row)["S"] != after)


def _outcomes(query: TransferQuery) -> tuple[str, ...] | None:
    """Those of the transfers that the query may hold. None when completed ones are among them:
    most transfers are, so they have no partition of their own."""
    statuses = frozenset(Status) if query.statuses is None else query.statuses
    outcomes = {_outcome(status) for status in statuses}
    if query.reason is not None:
        outcomes &= WITH_REASON
    return None if Status.COMPLETED.value in outcomes else tuple(sorted(outcomes))


def _outcome(status: Status) -> str:
    return status.value if status in ENDED else ACTIVE
