"""A transfer's stored events in DynamoDB, read from the newest on and only so far.

They are the rows of the outbox. Their sort keys end with the events' ids, which order them.
"""

import json
from datetime import timedelta

from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.items import Item
from runtime.dynamodb.outbox import PREFIX
from runtime.dynamodb.table import Table
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.timeline import FACT_ID, SEQUENCED

# As long as the ledger's rows (120 days), and a run (30 days), so that the beginning of a run is
# there as long as what it moved.
FACTS_KEPT = timedelta(days=150)
PAGE_BYTES = 2_500_000  # as in lists: Lambda answers 6 MB, and JSON within JSON is longer


def read_page(table: Table, partition: str, limit: int, cursor: str | None) -> Page[OutboxEvent]:
    query = f"timeline of {partition}"
    low, high = f"{PREFIX}{SEQUENCED}", f"{PREFIX}{SEQUENCED}:"  # ":" follows the digits
    if cursor is not None:
        refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
        high = f"{PREFIX}{read_cursor(query, cursor, FACT_ID, refusal)}"
    found: list[OutboxEvent] = []
    size = 0
    for row in table.rows(
        "#pk = :pk AND #sk BETWEEN :low AND :high",
        {"pk": partition, "low": low, "high": high},
        ScanIndexForward=False,
        Limit=limit + 2,  # the row of the cursor, the page, and one that tells of the next page
    ):
        if row["sk"]["S"] == high:
            continue
        size += len(json.dumps(row))
        if len(found) == limit or (found and size > PAGE_BYTES):
            return Page(found, write_cursor(query, found[-1].event_id))
        found.append(_event(row))
    return Page(found, None)


def _event(row: Item) -> OutboxEvent:
    return OutboxEvent(row["event_id"]["S"], row["detail_type"]["S"], row["detail"]["S"])
