"""A model that plays a script in memory, and our adapter at the double of Bedrock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from services.agent.domain.chat import Message, Reply, Said, Speaker, Stop, ToolResult, ToolUse
from services.agent.domain.errors import ModelBusy, ModelRefused
from services.agent.domain.ports import Model
from tests.fakes.agent_outside import InMemoryModel, replied
from tests.integration.agent.bedrock import SPEC, at_double

Moves = Sequence[Mapping[str, Any]]
ASKED = Message(Speaker.USER, (Said("Hallo Welt"),))
USE = ToolUse("tooluse_1", "look", {"n": 1})


@dataclass(frozen=True)
class Backend:
    model: Model
    answers: Callable[[Moves], None]
    throttle: Callable[[], None]

    def ask(self, *messages: Message) -> tuple[Reply, list[str]]:
        said: list[str] = []
        told = messages or (ASKED,)
        return self.model.answer("Be kind.", told, [SPEC], said.append, 10.0), said


@pytest.fixture(params=["in_memory", "double"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "in_memory":
        fake = InMemoryModel()
        yield Backend(
            fake,
            lambda moves: fake.moves.append(as_reply(moves)),
            lambda: fake.moves.append(ModelBusy("429")),
        )
        return
    with at_double() as double:
        yield Backend(
            double.model(),
            double.answers,
            lambda: double.order("faults", {"kind": "status", "status": 429}),
        )


def as_reply(moves: Moves) -> Reply:
    text = "".join(move.get("say", "") for move in moves)
    uses = [ToolUse(each["id"], each["use"], each["asked"]) for each in moves if "use" in each]
    stops = [Stop(each["stop"]) for each in moves if "stop" in each]
    return replied(text, *uses, stop=stops[0] if stops else None)


def test_an_answer_comes_in_pieces_and_whole(backend: Backend) -> None:
    text = "Grüß dich! Was möchtest du senden? 😀 " * 5
    backend.answers([{"say": text}])
    reply, said = backend.ask()
    assert (reply.text, reply.stop, "".join(said)) == (text, Stop.END, text)
    assert len(said) > 2
    assert reply.tokens.read > 0
    assert reply.tokens.written > 0


def test_tools_are_asked_for_and_their_results_are_taken(backend: Backend) -> None:
    backend.answers([{"say": "I look."}, {"use": "look", "asked": {"n": 1}, "id": "tooluse_1"}])
    reply, _ = backend.ask()
    assert (reply.stop, reply.text, reply.tool_uses) == (Stop.TOOLS, "I look.", [USE])
    backend.answers([{"say": "There."}])
    result = Message(Speaker.USER, (ToolResult("tooluse_1", {"ü": [1, None]}),))
    assert backend.ask(ASKED, reply.message, result)[0].text == "There."


@pytest.mark.parametrize("stop", sorted({*Stop} - {Stop.TOOLS}))
def test_each_reason_to_stop_is_told(backend: Backend, stop: Stop) -> None:
    backend.answers([{"say": "so far"}, {"stop": stop.value}])
    reply, _ = backend.ask()
    assert (reply.stop, reply.text) == (stop, "so far")


def test_an_error_of_the_listener_ends_the_call(backend: Backend) -> None:
    def stop(_: str) -> None:
        raise LookupError("enough")

    backend.answers([{"say": "many words " * 50}])
    with pytest.raises(LookupError):
        backend.model.answer("Be kind.", [ASKED], [], stop, 10.0)


WRONG = {
    "no message": [],
    "the model begins": [Message(Speaker.MODEL, (Said("x"),))],
    "the model is last": [ASKED, Message(Speaker.MODEL, (Said("x"),))],
    "one side twice": [ASKED, ASKED],
    "a use without its result": [ASKED, Message(Speaker.MODEL, (USE,)), ASKED],
    "a result of nothing": [Message(Speaker.USER, (ToolResult("u9", {}),))],
    "blank text": [Message(Speaker.USER, (Said(" "),))],
    "text beside results": [
        ASKED,
        Message(Speaker.MODEL, (USE,)),
        Message(Speaker.USER, (ToolResult("tooluse_1", {}), Said("x"))),
    ],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_history_that_was_not_repaired_is_refused(backend: Backend, name: str) -> None:
    backend.answers([{"say": "never said"}])
    with pytest.raises(ModelRefused):
        backend.model.answer("Be kind.", WRONG[name], [SPEC], lambda _: None, 10.0)


def test_a_model_with_too_much_to_do_says_so(backend: Backend) -> None:
    backend.throttle()
    with pytest.raises(ModelBusy):
        backend.ask()
    backend.answers([{"say": "again"}])
    assert backend.ask()[0].text == "again"
