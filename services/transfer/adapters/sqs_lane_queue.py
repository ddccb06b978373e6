"""The lane queues and a received message's visibility, on SQS."""

import json
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError

from services.transfer.domain.lane import LaneMessage

MAX_DELAY_SECONDS = 900  # SQS takes no longer delay


class SqsLaneQueue:
    """Implements LaneQueue. A long lane has a queue of its own, which no function reads."""

    def __init__(self, client: Any, queue_url: str, long_queue_url: str) -> None:
        self._client, self._queue_url, self._long_queue_url = client, queue_url, long_queue_url

    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        self._client.send_message(
            QueueUrl=self._long_queue_url if message.long else self._queue_url,
            MessageBody=json.dumps(asdict(message)),
            DelaySeconds=min(MAX_DELAY_SECONDS, delay_seconds),
        )


class SqsMessageLease:
    """Implements MessageLease for one received message."""

    def __init__(self, client: Any, queue_url: str, receipt_handle: str) -> None:
        self._client, self._queue_url, self._receipt_handle = client, queue_url, receipt_handle

    def extend(self, seconds: int) -> None:
        try:
            self._client.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=self._receipt_handle,
                VisibilityTimeout=seconds,
            )
        except ClientError as error:
            gone = {
                "InvalidParameterValue",
                "MessageNotInflight",
                "AWS.SimpleQueueService.MessageNotInflight",
                "ReceiptHandleIsInvalid",
            }
            if error.response["Error"]["Code"] not in gone:
                raise
