"""Consumes each event once: the service's own table remembers the `event_id`s.

inbox = Inbox(boto3.client("dynamodb"), settings.transfers_table, "on_transfer_requested")
inbox.once(received.meta.event_id, context, lambda: start_workflow(...))
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

REMEMBER_SECONDS = 7 * 86_400  # EventBridge tries for a day, a DLQ is redriven within days


class Inbox:
    """Rows pk `INBOX`, sk `<consumer>#<hash>`, TTL `expires_at`."""

    def __init__(self, client: Any, table: str, consumer: str) -> None:  # noqa: ANN401 - boto3
        self._consumer = consumer
        self._store = DynamoDBPersistenceLayer(
            table_name=table,
            key_attr="pk",
            sort_key_attr="sk",
            static_pk_value="INBOX",  # DynamoDB splits the partition by sort key when it gets hot
            expiry_attr="expires_at",
            boto3_client=client,
        )

    def once(self, event_id: str, context: LambdaContext, act: Callable[[], object]) -> None:
        """Call `act` unless it was done. What it raises goes on, and the event may come again;
        raises IdempotencyAlreadyInProgressError while another invocation runs it."""

        def run(*, event_id: str) -> None:
            act()

        # the context says when this invocation ends: killed, it blocks no longer than that
        config = IdempotencyConfig(expires_after_seconds=REMEMBER_SECONDS, lambda_context=context)
        idempotent_function(
            run,
            data_keyword_argument="event_id",
            persistence_store=self._store,
            config=config,
            key_prefix=self._consumer,
        )(event_id=event_id)
