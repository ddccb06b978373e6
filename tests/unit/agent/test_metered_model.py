"""What is counted of the model, for the alarms and the bill."""

from collections.abc import Callable, Sequence

import pytest

from services.agent.adapters.metered_model import MeteredModel
from services.agent.domain.chat import Json, Message, Reply, Said, Speaker, Stop, Tokens
from services.agent.domain.errors import (
    ContextTooLong,
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
)
from tests.fakes.metering import InMemoryMeter

REPLY = Reply(Message(Speaker.MODEL, [Said("Hello")]), Stop.END, Tokens(120, 7))


class OneAnswer:
    def __init__(self, answer: Reply | ModelError) -> None:
        self._answer = answer

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        if isinstance(self._answer, ModelError):
            raise self._answer
        said("Hello")
        return self._answer


def stop(_: str) -> None:
    raise InterruptedError


def asked(answer: Reply | ModelError) -> InMemoryMeter:
    meter = InMemoryMeter()
    model = MeteredModel(OneAnswer(answer), meter)
    try:
        assert model.answer("", [], [], print, 5.0) is answer
    except ModelError:
        assert isinstance(answer, ModelError)
    return meter


def test_an_answer_counts_with_its_tokens() -> None:
    values = asked(REPLY).values
    assert values == {"ModelAnswered": [1], "TokensRead": [120], "TokensWritten": [7]}


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ModelBusy("429"), "ModelThrottled"),
        (ModelAway("503"), "ModelFailed"),
        (ModelRefused("403"), "ModelFailed"),
    ],
)
def test_an_error_counts_by_its_kind_and_is_raised(error: ModelError, name: str) -> None:
    assert asked(error).values == {name: [1]}


def test_what_is_no_fault_of_the_model_is_none() -> None:
    assert asked(ContextTooLong("too long")).values == {}
    meter = InMemoryMeter()
    with pytest.raises(InterruptedError):
        MeteredModel(OneAnswer(REPLY), meter).answer("", [], [], stop, 5.0)
    assert meter.values == {}
