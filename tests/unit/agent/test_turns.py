"""One answer at a time: what happens when things run at once, die, or are stopped."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.agent.domain.chat import Message, Reply, Speaker, ToolUse
from services.agent.domain.conversation import LEASE, MOST_MESSAGES
from services.agent.domain.errors import (
    ConversationBusy,
    ConversationFull,
    ConversationNotFound,
    IdempotencyConflict,
    KeyUsedElsewhere,
    ModelAway,
)
from services.agent.domain.tool import Outcome, Scene
from services.agent.use_cases.stop_answer import stop_answer
from tests.fakes.agent_outside import replied
from tests.fakes.agent_world import AgentWorld, SmallTool
from tests.fakes.callers import ANN, AUDITOR, BOB
from tests.fakes.lives import Killed

USE = ToolUse("u1", "look", {})
DAY_TOKENS = 200_000


def a_world() -> AgentWorld:
    return AgentWorld(SmallTool("look", {"found": []}))


def test_another_message_meanwhile_is_refused_and_stores_nothing() -> None:
    world = a_world()
    name = world.opened()
    refused: list[str] = []

    def meanwhile() -> None:
        with pytest.raises(ConversationBusy) as busy:
            world.sent(world.sending(name, "me too"))
        refused.append(str(busy.value))

    world.calls.before("model.answer", meanwhile)
    world.send(name, "first", replied("ok"))
    assert f"POST /api/agent/conversations/{name}/stop" in refused[0]
    said = world.conversations.entries(name, 9, None).items
    assert [each.text for each in said] == ["first", "ok"]


def test_of_two_messages_at_the_same_moment_one_is_answered() -> None:
    world = a_world()
    name = world.opened()
    inner = world.sending(name, "second")
    world.calls.before("conversations.save", lambda: world.sent(inner))
    world.model.moves = [replied("for second"), replied("for first")]
    assert world.sent(world.sending(name, "first")).entry.text == "for first"
    said = world.conversations.entries(name, 9, None).items
    assert [each.text for each in said] == ["second", "for second", "first", "for first"]
    assert [each.number for each in said] == [0, 1, 2, 3]


def test_the_same_message_twice_at_once_is_answered_once() -> None:
    world = a_world()
    sending = world.sending(world.opened(), "hi", key="k")
    world.calls.before("conversations.save", lambda: world.sent(sending))
    world.model.moves = [replied("once")]
    assert world.sent(sending).entry.text == "once"
    assert len(world.model.asked) == 1


def test_the_same_message_while_it_is_answered_is_refused_as_busy() -> None:
    world = a_world()
    sending = world.sending(world.opened(), "hi", key="k")

    def meanwhile() -> None:
        with pytest.raises(ConversationBusy):
            world.sent(sending)

    world.calls.before("model.answer", meanwhile)
    world.model.moves = [replied("once")]
    assert world.sent(sending).entry.text == "once"


def killed_in_its_turn(world: AgentWorld, name: str, key: str | None = None) -> None:
    world.calls.kill("model.answer")
    with pytest.raises(Killed), world.calls.worker():
        world.sent(world.sending(name, "hi", key))


def test_a_message_whose_function_died_is_answered_when_it_is_sent_again() -> None:
    world = a_world()
    name = world.opened()
    killed_in_its_turn(world, name, "k")
    with pytest.raises(ConversationBusy):
        world.sent(world.sending(name, "hi", "k"))
    world.pass_time(LEASE.total_seconds())
    world.model.moves = [replied("at last")]
    assert world.sent(world.sending(name, "hi", "k")).entry.text == "at last"
    said = world.conversations.entries(name, 9, None).items
    assert [each.text for each in said] == ["hi", "at last"]
    assert [each.by for each in world.model.asked[-1].messages] == [Speaker.USER]


def test_another_message_after_a_death_says_that_the_answer_was_lost() -> None:
    world = a_world()
    name = world.opened()
    killed_in_its_turn(world, name, "k")
    world.pass_time(LEASE.total_seconds())
    world.send(name, "other", replied("yes"))
    said = world.conversations.entries(name, 9, None).items
    assert [each.number for each in said] == [0, 1, 2, 3]
    assert said[1].trouble is not None
    assert said[1].trouble.code == "answer_lost"
    again = world.sent(world.sending(name, "hi", "k"))
    assert again.entry == said[1]


def test_a_fault_of_ours_ends_the_turn_at_once() -> None:
    def broken(asked: object, scene: Scene) -> Outcome:
        raise ZeroDivisionError

    world = AgentWorld(SmallTool("look", broken))
    name = world.opened()
    with pytest.raises(ZeroDivisionError):
        world.send(name, "hi", replied("", USE))
    said = world.conversations.entries(name, 9, None).items
    assert said[1].trouble is not None
    assert said[1].trouble.code == "answer_lost"
    assert world.stream.pieces[-1].ended
    assert world.send(name, "again", replied("fine")).entry.text == "fine"


def test_a_key_of_another_message_or_conversation_is_refused() -> None:
    world = a_world()
    one, other = world.opened(), world.opened()
    world.model.moves = [replied("a")]
    world.sent(world.sending(one, "hi", "k"))
    with pytest.raises(IdempotencyConflict):
        world.sent(world.sending(one, "ho", "k"))
    with pytest.raises(KeyUsedElsewhere):
        world.sent(world.sending(other, "hi", "k"))


def test_stop_ends_the_answer_within_about_a_second_and_keeps_what_was_written() -> None:
    world = a_world()
    name = world.opened()
    words = " ".join(str(number) for number in range(100))  # ten seconds

    def stop() -> None:
        assert stop_answer(name, ANN, ports=world.ports).conversation.is_answering(world.now())

    world.calls.before("stream.tell", stop, number=2)
    answer = world.send(name, "count", replied(words))
    assert answer.entry.trouble is not None
    assert answer.entry.trouble.code == "stopped"
    written = answer.entry.text.split()
    assert 0 < len(written) < 25
    assert written == words.split()[: len(written)]
    world.send(name, "and?", replied("ok"))
    assert answer.entry.text in str(world.model.asked[-1].messages)


def test_stop_between_the_rounds_runs_no_more_tools() -> None:
    tool = SmallTool("look", {})
    world = AgentWorld(tool)
    name = world.opened()

    def first(_: Sequence[Message]) -> Reply:
        stop_answer(name, ANN, ports=world.ports)
        return replied("", USE)

    answer = world.send(name, "go", first)
    assert (answer.entry.trouble or ModelAway("")).code == "stopped"
    assert tool.asked == []


def test_only_its_owner_stops_and_only_what_is_under_way() -> None:
    world = a_world()
    name = world.opened()
    for caller in (BOB, AUDITOR):
        with pytest.raises(ConversationNotFound):
            stop_answer(name, caller, ports=world.ports)
    stop_answer(name, ANN, ports=world.ports)
    assert world.send(name, "hi", replied("ok")).entry.trouble is None


def test_a_stop_that_meets_the_end_changes_nothing() -> None:
    world = a_world()
    name = world.opened()
    world.calls.before(
        "conversations.save", lambda: stop_answer(name, ANN, ports=world.ports), number=2
    )
    answer = world.send(name, "hi", replied("ok"))
    assert (answer.entry.text, answer.entry.trouble) == ("ok", None)
    assert world.send(name, "again", replied("ok")).entry.trouble is None


def test_a_conversation_ends_somewhere() -> None:
    world = a_world()
    name = world.opened()
    found = world.conversations.rows[name]
    world.conversations.rows[name] = replace(found, messages=MOST_MESSAGES - 4)
    world.send(name, "x", replied("y"))
    with pytest.raises(ConversationFull):
        world.send(name, "x")
    assert world.conversations.rows[name].messages == MOST_MESSAGES - 2
