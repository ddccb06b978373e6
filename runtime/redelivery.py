"""Sets when the queue delivers a record again that was not consumed.

The queue's visibility timeout is several times as long as an invocation may take, so it is minutes
long. A record whose try is over need not wait so long. A record that failed often waits longer
(docs/adr/0022).
"""

from random import SystemRandom
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from runtime.telemetry import logger

MAX_RECEIVES = 60  # the queue's maxReceiveCount, which lasts a day at least with the waits below
FIRST_SECONDS = 5
MAX_SECONDS = 1_800  # a record may come so late after an outage has ended
POISON_SECONDS = 60  # an hour in all, by when the old code of a canary deployment is gone
SPREAD = 0.5  # random, so that records that failed together do not come together again
MAX_ENTRIES = 10  # of one ChangeMessageVisibilityBatch
_random = SystemRandom()


def backoff_seconds(receives: int) -> int:
    """Doubles with each receive. Up to half as much is added by chance."""
    doublings = min(receives - 1, 16)  # enough for MAX_SECONDS, and no huge number
    shortest = min(MAX_SECONDS, FIRST_SECONDS << doublings)
    return round(shortest * (1 + SPREAD * _random.random()))


class Redelivery:
    """The records of one batch that stay in the queue, and when each may be delivered again."""

    def __init__(self, sqs: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._sqs = sqs
        self._waits: list[tuple[SQSRecord, int]] = []

    @property
    def message_ids(self) -> list[str]:
        return [record.message_id for record, _ in self._waits]

    def after(self, seconds: int, record: SQSRecord) -> None:
        self._waits.append((record, seconds))

    def tell_queue(self) -> None:
        """Tells the queue how long each record waits. If that fails, the queue's own visibility
        timeout counts. Then a record comes later, but is not lost."""
        for start in range(0, len(self._waits), MAX_ENTRIES):
            waits = self._waits[start : start + MAX_ENTRIES]
            entries = [
                {"Id": str(i), "ReceiptHandle": record.receipt_handle, "VisibilityTimeout": seconds}
                for i, (record, seconds) in enumerate(waits)
            ]
            try:
                answer = self._sqs.change_message_visibility_batch(
                    QueueUrl=self._queue_url(waits[0][0]), Entries=entries
                )
            except (ClientError, BotoCoreError) as error:
                logger().warning("waits not told to the queue", error=str(error))
                return
            if refused := answer.get("Failed"):
                codes = sorted({each["Code"] for each in refused})
                logger().warning("waits refused by the queue", count=len(refused), codes=codes)

    def _queue_url(self, record: SQSRecord) -> str:
        """Made from the ARN, so that no consumer needs a setting or a call for it."""
        *_, account, name = str(record.event_source_arn).split(":")
        return f"{self._sqs.meta.endpoint_url}/{account}/{name}"
