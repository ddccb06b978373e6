"""Lists in DynamoDB: one owner's rows only, pages that fit an answer, rows that move meanwhile."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

from moto import mock_aws

from infra.stacks import find_stack
from infra.templates import read_template
from services.transfer.adapters import dynamodb_transfer_lists as lists
from services.transfer.adapters.dynamodb_transfer_store import DynamoDbTransferStore
from services.transfer.domain.failure import Failure
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer_query import TransferQuery
from tests.conformance.hooked_table import hooked_moto_table
from tests.conformance.records import a_transfer, after
from tests.conformance.stores import create_table, dynamodb_client

FAILURE = Failure("no_space", "The disk is full.", False)
LAMBDA_BYTES = 6 * 1_024 * 1_024
EVERY_QUERY = [
    TransferQuery(owner, statuses, destination, bucket, "", reason, label)
    for owner, statuses, destination, bucket, reason, label in product(
        (None, "ann"),
        (None, ENDED, frozenset({Status.FAILED}), frozenset({Status.MOVING})),
        (None, "acme"),
        (None, "bucket"),
        (None, "no_space"),
        (None, "month end"),
    )
]


def test_every_index_that_a_list_reads_is_in_the_template_and_granted_to_the_api() -> None:
    service = read_template(find_stack("transfer").template)["Service"]
    indexes = service["table"]["indexes"]
    read = {lists.partitions_of(query) for query in EVERY_QUERY}
    for each in read:
        assert indexes[each.index] == [each.attribute, each.position]
        assert f"Query/{each.index}" in service["functions"]["Api"]["table"]
    assert indexes.keys() == {each.index for each in read} | {"open"}


def test_a_list_of_one_owner_reads_rows_of_that_owner_only() -> None:
    """Else its cursors would name transfers of others."""
    for query in EVERY_QUERY:
        if query.owner is not None:
            of = lists.partitions_of(query)
            assert all("ann#" in f"{value}#" for value in of.values), query
            assert "owner" in of.index


@mock_aws
def test_a_page_fits_into_one_answer_of_lambda() -> None:
    client = dynamodb_client()
    create_table(client, "transfers")
    store = DynamoDbTransferStore(client, "transfers")
    long = '"\\' * 100_000  # as long as no path is, and each character is escaped twice
    for number in range(25):
        made = a_transfer(f"t-{number}", at=after(number), final_path=long)
        store.create(made, (), None)
    sizes, cursor = [], None
    while True:
        page = store.history(TransferQuery(owner="ann"), 100, cursor)
        body = json.dumps([{"final_path": each.final_path} for each in page.items])
        assert len(json.dumps({"body": body})) < LAMBDA_BYTES
        sizes.append(len(page.items))
        cursor = page.cursor
        if cursor is None:
            break
    assert sum(sizes) == 25
    assert len(sizes) > 1


def test_a_transfer_that_fails_while_it_is_listed_comes_once() -> None:
    with hooked_moto_table() as table:
        moving = a_transfer(status=Status.MOVING, failure=FAILURE)
        moving = table.stores.transfers.create(moving, (), None)

        def fail(**_: Any) -> None:  # noqa: ANN401 - botocore's
            now = table.rivals.transfers.read(moving.id)
            if now.status is Status.MOVING:
                table.rivals.transfers.save(replace(now, status=Status.FAILED))

        table.client.meta.events.register("after-call.dynamodb.Query", fail)
        page = table.stores.transfers.history(TransferQuery(reason="no_space"), 5, None)
        assert [each.id for each in page.items] == [moving.id]
