"""What the worker of Teams is to do, on its queue."""

from math import ceil
from typing import Any

from pydantic import TypeAdapter

from services.agent.domain.teams import Farewell, Incoming

MAX_DELAY_SECONDS = 900
_MESSAGE: TypeAdapter[Incoming | Farewell] = TypeAdapter(Incoming | Farewell)


class SqsTeamsQueue:
    def __init__(self, client: Any, queue_url: str) -> None:
        self._client, self._queue_url = client, queue_url

    def send(self, message: Incoming | Farewell, delay_seconds: float = 0) -> None:
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=_MESSAGE.dump_json(message).decode(),
            DelaySeconds=min(MAX_DELAY_SECONDS, ceil(delay_seconds)),
        )
