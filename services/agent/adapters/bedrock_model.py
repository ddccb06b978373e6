"""The model, on Amazon Bedrock's ConverseStream.

A thread reads the stream, and the caller waits for its events. So no silence of the network takes
longer than the call may take, and whoever waits is told each second that nothing came.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import Any

from botocore.config import Config

from services.agent.adapters.bedrock_errors import model_error
from services.agent.adapters.bedrock_reply import Reading
from services.agent.adapters.converse import to_converse
from services.agent.domain.chat import Json, Message, Reply
from services.agent.domain.errors import ModelAway

BEAT_SECONDS = 1.0
# One try: a second one would take time that the turn does not have. A thread that waits for a
# silent answer longer than its caller does ends after the read timeout.
CALLS = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=26)


@dataclass(frozen=True)
class Guardrail:
    id: str
    version: str


class BedrockModel:
    def __init__(
        self, client: Any, model_id: str, answer_tokens: int, guardrail: Guardrail | None = None
    ) -> None:
        """`client` is botocore's for bedrock-runtime, made with CALLS."""
        self._client = client
        self._fixed: dict[str, Any] = {
            "modelId": model_id,
            "inferenceConfig": {"maxTokens": answer_tokens},
        }
        if guardrail is not None:
            self._fixed["guardrailConfig"] = {
                "guardrailIdentifier": guardrail.id,
                "guardrailVersion": guardrail.version,
                "streamProcessingMode": "sync",  # nothing is streamed that was not looked at
            }

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        end = monotonic() + seconds
        request = self._fixed | {
            "system": [{"text": system}],
            "messages": [to_converse(each) for each in messages],
        }
        if tools:
            request["toolConfig"] = {"tools": [{"toolSpec": dict(each)} for each in tools]}
        reading, stream = Reading(), _Stream(self._client, request)
        try:
            while (event := self._next(stream, end, said, reading)) is not None:
                text = reading.take(event)
                if text:
                    said(text)
            return reading.reply()
        finally:
            stream.over.set()

    def _next(
        self, stream: "_Stream", end: float, said: Callable[[str], None], reading: Reading
    ) -> Mapping[str, Any] | None:
        """None at the end. Raises ModelError."""
        while True:
            left = end - monotonic()
            if left <= 0 and not reading.is_over:
                raise ModelAway("it took too long")
            if left <= 0:
                return None
            try:
                found = stream.told.get(timeout=min(left, BEAT_SECONDS))
            except Empty:
                said("")
                continue
            if isinstance(found, Exception):
                raise model_error(found, begun=reading.has_begun) from found
            return found


class _Stream:
    """`told` gets the events, then None or the error that ended them."""

    def __init__(self, client: Any, request: Mapping[str, Any]) -> None:
        self.told: SimpleQueue[Mapping[str, Any] | Exception | None] = SimpleQueue()
        self.over = Event()
        Thread(target=self._read, args=(client, request), daemon=True).start()

    def _read(self, client: Any, request: Mapping[str, Any]) -> None:
        try:
            stream = client.converse_stream(**request)["stream"]
            try:
                for event in stream:
                    if self.over.is_set():
                        return
                    self.told.put(event)
            finally:
                stream.close()
        except Exception as error:  # is raised where somebody waits for it
            self.told.put(error)
        else:
            self.told.put(None)
