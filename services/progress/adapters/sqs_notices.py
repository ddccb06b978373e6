"""Notices on the fan-out queue."""

from typing import Any

from pydantic import TypeAdapter

from services.progress.domain.telling import FanOut, Notice

_MESSAGE: TypeAdapter[FanOut] = TypeAdapter(FanOut)


class SqsNotices:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client, self._queue_url = client, queue_url

    def send(self, transfer_id: str, delay_seconds: int = 0) -> None:
        self.put(Notice(transfer_id), delay_seconds)

    def put(self, message: FanOut, delay_seconds: int = 0) -> None:
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=_MESSAGE.dump_json(message).decode(),
            DelaySeconds=delay_seconds,
        )
