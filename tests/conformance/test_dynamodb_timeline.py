"""A page of a long timeline costs as little as one of a short timeline, and fits an answer."""

import json
from typing import Any

from kernel.outbox import OutboxEvent
from services.transfer.domain.timeline import fact_id
from tests.conformance.hooked_table import hooked_moto_table
from tests.conformance.records import a_transfer
from tests.conformance.stores import Stores

LAMBDA_BYTES = 6 * 1_024 * 1_024
AT_ONCE = 20  # in one transaction


def store(stores: Stores, count: int, detail: str = "{}") -> None:
    transfer = stores.transfers.create(a_transfer(), (), None)
    for first in range(0, count, AT_ONCE):
        events = [
            OutboxEvent(fact_id(first + number, "x"), "TransferDelayed.v1", detail)
            for number in range(min(AT_ONCE, count - first))
        ]
        transfer = stores.transfers.save(transfer, events)


def test_a_page_reads_little_more_than_it_holds() -> None:
    with hooked_moto_table() as table:
        store(table.stores, 60)
        read: list[int] = []

        def count(parsed: dict[str, Any], **_: object) -> None:
            read.append(parsed["ScannedCount"])

        table.client.meta.events.register("after-call.dynamodb.Query", count)
        first = table.stores.transfers.timeline("t-1", 5, None)
        table.stores.transfers.timeline("t-1", 5, first.cursor)
        assert len(read) == 2
        assert max(read) <= 5 + 2


def test_a_page_of_large_events_fits_into_one_answer_of_lambda() -> None:
    with hooked_moto_table() as table:
        long = json.dumps({"message": '"\\' * 50_000})
        store(table.stores, 40, long)
        sizes, cursor = [], None
        while True:
            page = table.stores.transfers.timeline("t-1", 1_000, cursor)
            body = json.dumps([json.loads(each.detail) for each in page.items])
            assert len(json.dumps({"body": body})) < LAMBDA_BYTES
            sizes.append(len(page.items))
            cursor = page.cursor
            if cursor is None:
                break
        assert sum(sizes) == 40
        assert len(sizes) > 1
