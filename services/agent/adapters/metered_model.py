"""A model that counts what is asked of it, how that ends, and its tokens."""

from collections.abc import Callable, Sequence

from kernel.metering import Meter
from runtime.telemetry import logger
from services.agent.domain.chat import Json, Message, Reply
from services.agent.domain.errors import ModelAway, ModelBusy, ModelRefused
from services.agent.domain.ports import Model

COUNTED = {ModelBusy: "ModelThrottled", ModelAway: "ModelFailed", ModelRefused: "ModelFailed"}


class MeteredModel:
    """A conversation that is too long and an answer that was stopped are no failures."""

    def __init__(self, model: Model, meter: Meter) -> None:
        self._model, self._meter = model, meter

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        try:
            reply = self._model.answer(system, messages, tools, said, seconds)
        except tuple(COUNTED) as error:
            logger().warning("model failed", code=error.code, why=error.why)
            self._meter.add(COUNTED[type(error)])
            raise
        self._meter.add("ModelAnswered")
        self._meter.add("TokensRead", reply.tokens.read)
        self._meter.add("TokensWritten", reply.tokens.written)
        return reply
