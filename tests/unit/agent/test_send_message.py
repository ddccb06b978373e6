"""A message is answered once, with the tools that the model asks for, and within its limits."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.agent.domain.chat import Message, Reply, Said, Speaker, Stop, ToolResult, ToolUse
from services.agent.domain.errors import (
    AgentOff,
    ConversationNotFound,
    FieldInvalid,
    ModelAway,
    ModelBusy,
    NotYours,
)
from services.agent.domain.handles import HandleKind
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain.trouble import WITHHELD
from services.agent.domain_services.answering import MOST_USES
from services.agent.domain_services.system_prompt import SYSTEM
from services.agent.handlers.conversation_views import message_view
from tests.fakes.agent_outside import Asked, replied
from tests.fakes.agent_world import NOON, TOKEN, AgentWorld, SmallTool
from tests.fakes.callers import AUDITOR, BOB

LOOK = SmallTool("look", {"found": ["obj_1"]})


def use(number: int = 1, name: str = "look") -> ToolUse:
    return ToolUse(f"u{number}", name, {"n": number})


def a_world() -> AgentWorld:
    return AgentWorld(SmallTool("look", {"found": ["obj_1"]}))


def results(asked: Asked) -> list[ToolResult]:
    return [each for each in asked.messages[-1].blocks if isinstance(each, ToolResult)]


def test_an_answer_is_stored_told_and_given() -> None:
    world = a_world()
    name = world.opened()
    answer = world.send(name, "Where is\nmy file?", replied("It arrived."))
    assert (answer.entry.text, answer.entry.trouble, answer.entry.number) == (
        "It arrived.",
        None,
        1,
    )
    conversation = answer.shown.conversation
    assert (conversation.title, conversation.messages) == ("Where is my file?", 2)
    assert not conversation.is_answering(world.now())
    said = world.conversations.entries(name, 9, None).items
    assert [(each.by, each.text) for each in said] == [
        (Speaker.USER, "Where is\nmy file?"),
        (Speaker.MODEL, "It arrived."),
    ]
    assert "".join(piece.text for piece in world.stream.pieces) == "It arrived."
    assert [piece.number for piece in world.stream.pieces] == [*range(len(world.stream.pieces))]
    assert world.stream.pieces[-1].ended
    assert {piece.owner for piece in world.stream.pieces} == {"ann"}


def test_the_model_gets_the_prompt_the_time_and_the_tools_and_the_tools_the_callers_token() -> None:
    world = a_world()
    world.send(world.opened(), "Hi", replied("Ho"))
    [asked] = world.model.asked
    assert asked.system.startswith(SYSTEM)
    assert "It is Sunday, 2026-11-22 12:00 UTC." in asked.system
    assert [each["name"] for each in asked.tools] == ["look"]
    assert asked.messages == (Message(Speaker.USER, (Said("Hi"),)),)
    assert world.tokens == [TOKEN]


def test_tools_are_run_and_their_results_are_told_to_the_model() -> None:
    world = a_world()
    answer = world.send(world.opened(), "?", replied("I look.", use()), replied("There."))
    assert (answer.entry.text, answer.entry.looked_at) == ("I look.\n\nThere.", ("look",))
    assert results(world.model.asked[1]) == [ToolResult("u1", {"found": ["obj_1"]})]
    assert [piece.tool for piece in world.stream.pieces if piece.tool] == ["look"]
    assert "".join(piece.text for piece in world.stream.pieces) == answer.entry.text


def test_an_answer_has_the_turn_of_its_pieces() -> None:
    world = a_world()
    answer = world.send(world.opened(), "?", replied("There."))
    assert {piece.turn_id for piece in world.stream.pieces} == {answer.entry.turn_id}
    assert message_view(answer.entry).turn_id == answer.entry.turn_id


def test_the_next_turn_knows_what_was_said_and_found() -> None:
    world = a_world()
    name = world.opened()
    world.send(name, "one", replied("I look.", use()), replied("There."))
    world.send(name, "two", replied("Yes."))
    sides = [each.by for each in world.model.asked[2].messages]
    assert sides == [Speaker.USER, Speaker.MODEL, Speaker.USER, Speaker.MODEL, Speaker.USER]


def test_handles_of_one_turn_are_known_in_the_next() -> None:
    def found(asked: object, scene: Scene) -> Outcome:
        handles, name = scene.handles.with_new(HandleKind.OBJECT, {"key": "a"}, {})
        return Outcome({"is": name}, handles)

    world = AgentWorld(SmallTool("look", found))
    name = world.opened()
    world.send(name, "one", replied("", use()), replied("x"))
    assert world.conversations.handles(name).of_kind(HandleKind.OBJECT, "obj_1") == {"key": "a"}


def test_a_tool_that_does_not_exist_is_told_so() -> None:
    world = a_world()
    hostile = ToolUse("u1", "rm\u202e -rf", {})
    world.send(world.opened(), "?", replied("", hostile), replied("Sorry."))
    [told] = results(world.model.asked[1])
    assert told.failed
    assert "\u202e" not in str(told.told)


def test_only_some_tools_are_run_at_once() -> None:
    world = a_world()
    uses = [use(number) for number in range(MOST_USES + 2)]
    world.send(world.opened(), "?", replied("", *uses), replied("Well."))
    failed = [each.failed for each in results(world.model.asked[1])]
    assert failed == [False] * MOST_USES + [True, True]


def test_a_model_that_never_ends_is_ended_after_eight_rounds() -> None:
    world = a_world()
    moves = [replied(f"round {number}", use(number)) for number in range(20)]
    answer = world.send(world.opened(), "?", *moves)
    trouble = answer.entry.trouble
    assert trouble is not None
    assert (trouble.code, len(world.model.asked)) == ("too_many_rounds", 9)
    world.model.moves.clear()
    assert world.send(answer.shown.conversation.id, "?", replied("ok")).entry.text == "ok"


def test_a_turn_ends_in_time_and_keeps_what_was_written() -> None:
    world = a_world()

    def slowly(_: Sequence[Message]) -> Reply:
        world.pass_time(14)
        return replied("one", use(len(world.model.asked)))

    answer = world.send(world.opened(), "?", slowly, slowly, slowly)
    assert answer.entry.trouble is not None
    assert (answer.entry.trouble.code, answer.entry.text) == ("out_of_time", "one\n\none")
    assert [round(each.seconds) for each in world.model.asked] == [25, 11]


def test_a_repeated_key_gets_the_same_answer() -> None:
    world = a_world()
    name = world.opened()
    world.model.moves = [replied("once")]
    sending = world.sending(name, key="k")
    first, again = world.sent(sending), world.sent(sending)
    assert again.entry == first.entry
    assert again.shown.conversation == first.shown.conversation
    assert len(world.model.asked) == 1


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ModelBusy("slow down"), "model_busy", ""),
        (ModelAway("cut"), "model_away", ""),
        (replied("a", stop=Stop.GUARDRAIL), "guardrail", "a"),
        (replied("a", stop=Stop.FILTERED), "filtered", "a"),
        (replied("a", stop=Stop.LENGTH), "cut", "a"),
    ],
)
def test_each_trouble_has_a_sentence_and_the_next_message_works(
    error: Exception | Reply, code: str, text: str
) -> None:
    world = a_world()
    name = world.opened()
    answer = world.send(name, "?", error)
    assert answer.entry.trouble is not None
    assert (answer.entry.trouble.code, answer.entry.text) == (code, text)
    assert len(answer.entry.trouble.message) > 20
    assert world.send(name, "and now?", replied("Fine.")).entry.trouble is None


def test_what_was_held_back_is_not_told_again() -> None:
    world = a_world()
    name = world.opened()
    world.send(name, "a bad word", replied("", use()), replied("no", stop=Stop.GUARDRAIL))
    world.send(name, "and now?", replied("Fine."))
    told = str(world.model.asked[-1].messages)
    assert "a bad word" not in told
    assert told.count(WITHHELD) == 2
    assert world.conversations.entries(name, 9, None).items[0].text == "a bad word"


@pytest.mark.parametrize("bad", [replied("x", stop=Stop.BAD_TOOL_USE), replied("", stop=Stop.END)])
def test_what_cannot_be_used_is_asked_for_once_more(bad: Reply) -> None:
    world = a_world()
    answer = world.send(world.opened(), "?", bad, replied("Good."))
    assert (answer.entry.text, answer.entry.trouble) == ("Good.", None)
    answer = world.send(world.opened(), "?", bad, bad)
    assert answer.entry.trouble is not None
    assert (answer.entry.trouble.code, answer.entry.text) == ("malformed_answer", "")


def test_without_a_model_nothing_is_stored() -> None:
    world = a_world()
    world.with_policy(model="")
    name = world.opened()
    with pytest.raises(AgentOff):
        world.send(name)
    assert world.conversations.entries(name, 9, None).items == []


def test_a_message_of_blanks_is_refused() -> None:
    world = a_world()
    name = world.opened()
    with pytest.raises(FieldInvalid):
        world.send(name, " \n\t")
    assert world.conversations.entries(name, 9, None).items == []


def test_others_cannot_talk_in_it() -> None:
    world = a_world()
    name = world.opened()
    with pytest.raises(NotYours):
        world.sent(replace(world.sending(name), caller=AUDITOR))
    with pytest.raises(ConversationNotFound):
        world.sent(replace(world.sending(name), caller=BOB))
    with pytest.raises(ConversationNotFound):
        world.sent(world.sending("nothing"))


def test_nobody_who_watches_can_break_an_answer() -> None:
    world = a_world()
    world.stream.deaf = True
    answer = world.send(world.opened(), "?", replied("many words " * 20))
    assert answer.entry.trouble is None
    assert world.calls.counts["stream.tell"] == 2  # the first piece, and the end
    assert answer.entry.at > NOON
