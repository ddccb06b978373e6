"""A table whose client runs hooks of botocore around its calls, and a rival's view of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from moto import mock_aws

from services.transfer.domain.ledger import ChunkLease, LedgerId
from tests.conformance.records import after
from tests.conformance.stores import Stores, create_table, dynamodb_client, dynamodb_stores

BEFORE_WRITE = "before-call.dynamodb.TransactWriteItems"


@dataclass(frozen=True)
class HookedTable:
    """Hooks on `client` see the calls of `stores`, not those of `rivals` on the same table."""

    client: BaseClient
    stores: Stores
    rivals: Stores

    def before_next_write(self, action: Callable[[], object]) -> None:
        self.client.meta.events.register(BEFORE_WRITE, _once(action))

    def after_next_write(self, action: Callable[[], object]) -> None:
        self.client.meta.events.register("after-call.dynamodb.TransactWriteItems", _once(action))


@contextmanager
def hooked_moto_table() -> Iterator[HookedTable]:
    with mock_aws():
        client, rival = dynamodb_client(), dynamodb_client()
        create_table(client, "transfers")
        stores, rivals = (dynamodb_stores(each, "transfers") for each in (client, rival))
        yield HookedTable(client, stores, rivals)


def refusal(
    reasons: list[str], code: str = "TransactionCanceledException"
) -> tuple[AWSResponse, dict[str, object]]:
    """As botocore parses a refusal by DynamoDB."""
    response = AWSResponse("https://dynamodb", 400, {}, None)
    return response, {
        "Error": {"Code": code, "Message": "refused"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        "ResponseMetadata": {},
    }


def claim(stores: Stores, ledger: LedgerId, worker: str, at: float = 0) -> ChunkLease | None:
    """For 60 seconds from `at`."""
    return stores.ledger.claim(ledger, worker, after(at), after(at + 60))


def must_claim(stores: Stores, ledger: LedgerId, worker: str, at: float = 0) -> ChunkLease:
    lease = claim(stores, ledger, worker, at)
    assert lease is not None
    return lease


def _once(action: Callable[[], object]) -> Callable[..., None]:
    waiting = [action]

    def hook(**_: object) -> None:
        if waiting:
            waiting.pop()()

    return hook
