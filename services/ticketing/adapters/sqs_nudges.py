"""Tells the desk by its queue that something is due."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from runtime.telemetry import logger


class SqsNudges:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client, self._queue_url = client, queue_url

    def send(self, subject: str) -> None:
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=subject)
        except (ClientError, BotoCoreError) as error:
            logger().warning("nudge not sent, the sweep writes it", error=str(error))
