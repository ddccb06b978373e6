"""Our adapter at the double of Bedrock: what it sends, what goes wrong there, and in which time."""

import json
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from services.agent.adapters.bedrock_model import Guardrail
from services.agent.adapters.bedrock_reply import MOST_CHARACTERS, Reading
from services.agent.domain.chat import Message, Reply, Said, Speaker, Stop
from services.agent.domain.errors import (
    ContextTooLong,
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
)
from tests.integration.agent.bedrock import MODEL, SPEC, AtDouble, at_double

ASKED = Message(Speaker.USER, (Said("Hello"),))


@pytest.fixture
def double() -> Iterator[AtDouble]:
    with at_double() as running:
        yield running


def ask(double: AtDouble, seconds: float = 10.0, said: list[str] | None = None) -> Reply:
    told = [] if said is None else said
    return double.model().answer("Be kind.", [ASKED], [SPEC], told.append, seconds)


def sent(double: AtDouble) -> Any:  # noqa: ANN401 - JSON
    return json.loads(double.requests()[-1]["body"])


def test_the_answer_is_limited_and_looked_at_before_it_is_streamed(double: AtDouble) -> None:
    double.answers([{"say": "ok"}])
    guarded = double.model(777, Guardrail("gr1", "DRAFT"))
    guarded.answer("Be kind.", [ASKED], [SPEC], lambda _: None, 5.0)
    request = sent(double)
    assert MODEL in double.requests()[-1]["path"]
    assert request["inferenceConfig"] == {"maxTokens": 777}
    assert request["guardrailConfig"] == {
        "guardrailIdentifier": "gr1",
        "guardrailVersion": "DRAFT",
        "streamProcessingMode": "sync",
    }
    assert request["system"] == [{"text": "Be kind."}]
    assert request["toolConfig"] == {"tools": [{"toolSpec": SPEC}]}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ModelRefused),
        (403, ModelRefused),
        (404, ModelRefused),
        (408, ModelAway),
        (424, ModelAway),
        (429, ModelBusy),
        (500, ModelAway),
        (503, ModelBusy),
    ],
)
def test_each_refusal_has_its_meaning_and_is_not_repeated(
    double: AtDouble, status: int, error: type[ModelError]
) -> None:
    double.order("faults", {"kind": "status", "status": status})
    with pytest.raises(error):
        ask(double)
    assert len(double.requests()) == 1


def test_what_is_longer_than_the_window_is_told_as_that(double: AtDouble) -> None:
    double.order("limits", {"window": 10})
    with pytest.raises(ContextTooLong):
        ask(double)


@pytest.mark.parametrize("fault", ["throttlingException", "modelStreamErrorException"])
def test_a_stream_that_ends_with_an_error_is_away(double: AtDouble, fault: str) -> None:
    said: list[str] = []
    double.answers([{"say": "half of it"}, {"fail": fault}])
    with pytest.raises(ModelAway):
        ask(double, said=said)
    assert "".join(said) == "half of it"


@pytest.mark.parametrize("kind", ["cut", "malformed_json", "empty", "html", "reset_before"])
def test_an_answer_that_breaks_off_or_is_none_is_away(double: AtDouble, kind: str) -> None:
    double.answers([{"say": "words " * 40}])
    double.order("faults", {"kind": kind})
    with pytest.raises(ModelAway):
        ask(double)


@pytest.mark.parametrize("kind", ["stall", "timeout_before", "timeout_after"])
def test_silence_takes_no_longer_than_the_call_may(double: AtDouble, kind: str) -> None:
    double.answers([{"say": "words " * 40}])
    double.order("faults", {"kind": kind})
    said: list[str] = []
    begin = monotonic()
    with pytest.raises(ModelAway):
        ask(double, 2.5, said)
    assert 2.3 < monotonic() - begin < 4
    assert said.count("") >= 1  # once a second, so that a stop is seen


def test_an_answer_that_trickles_takes_no_longer_either(double: AtDouble) -> None:
    double.answers([{"say": "x" * 24 * 100, "seconds": 0.2}])
    said: list[str] = []
    begin = monotonic()
    with pytest.raises(ModelAway):
        ask(double, 1.5, said)
    assert monotonic() - begin < 3
    assert 2 < len("".join(said)) / 24 < 12


def test_nobody_at_the_address_is_away() -> None:
    with at_double() as gone:
        model = gone.model()
    with pytest.raises(ModelAway):
        model.answer("Be kind.", [ASKED], [], lambda _: None, 5.0)


BAD = [
    '{"n": ',
    "[1]",
    '"text"',
    '{"n": NaN}',
    '{"n": 1e999}',
    '{"n": "\\ud800"}',
    json.dumps({"n": "x" * 30_000}),
]


@pytest.mark.parametrize("raw", BAD, ids=[each[:12] for each in BAD])
def test_a_call_of_a_tool_that_cannot_be_used_is_malformed(double: AtDouble, raw: str) -> None:
    double.answers([{"use": "look", "raw": raw}])
    reply = double.model(60_000).answer("Be kind.", [ASKED], [SPEC], lambda _: None, 20.0)
    assert (reply.stop, reply.tool_uses) == (Stop.BAD_TOOL_USE, [])


@pytest.mark.parametrize(("name", "use_id"), [("rm -rf", "u1"), ("look", "u/1"), ("", "u1")])
def test_names_that_bedrock_would_not_take_again_are_malformed(
    double: AtDouble, name: str, use_id: str
) -> None:
    double.answers([{"use": name, "id": use_id}])
    assert ask(double).stop is Stop.BAD_TOOL_USE


def test_a_tool_that_is_asked_nothing_is_asked_an_empty_object(double: AtDouble) -> None:
    double.answers([{"use": "look", "raw": ""}])
    [use] = ask(double).tool_uses
    assert use.asked == {}


def test_an_answer_that_is_cut_by_its_limit_has_no_half_calls(double: AtDouble) -> None:
    double.answers([{"say": "I look."}, {"use": "look", "asked": {"n": 1}}, {"stop": "max_tokens"}])
    reply = ask(double)
    assert (reply.stop, reply.text, reply.tool_uses) == (Stop.LENGTH, "I look.", [])


def test_a_stop_for_tools_that_names_none_is_malformed(double: AtDouble) -> None:
    double.answers([{"say": "I look."}, {"stop": "tool_use"}])
    assert ask(double).stop is Stop.BAD_TOOL_USE


def test_a_call_that_is_nested_too_deep_is_malformed() -> None:
    reading = Reading()
    start = {"toolUse": {"toolUseId": "u1", "name": "look"}}
    reading.take({"contentBlockStart": {"contentBlockIndex": 0, "start": start}})
    delta = {"toolUse": {"input": '{"n":' + "[" * 9_000 + "]" * 9_000 + "}"}}
    reading.take({"contentBlockDelta": {"contentBlockIndex": 0, "delta": delta}})
    reading.take({"messageStop": {"stopReason": "tool_use"}})
    assert reading.reply().stop is Stop.BAD_TOOL_USE


def test_an_answer_that_does_not_end_is_left() -> None:
    reading = Reading()
    delta = {"contentBlockIndex": 0, "delta": {"text": "x" * 1_000}}
    for _ in range(MOST_CHARACTERS // 1_000):
        reading.take({"contentBlockDelta": delta})
    with pytest.raises(ModelAway):
        reading.take({"contentBlockDelta": delta})


def test_half_a_surrogate_pair_is_neither_told_nor_kept() -> None:
    reading = Reading()
    delta = {"contentBlockIndex": 0, "delta": {"text": "a\ud83d"}}
    assert reading.take({"contentBlockDelta": delta}) == "a?"
    reading.take({"messageStop": {"stopReason": "something new"}})
    assert (reading.reply().text, reading.reply().stop) == ("a?", Stop.BAD_OUTPUT)
