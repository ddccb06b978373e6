"""A conversation that is long is told by a summary of what is older."""

from services.agent.domain.chat import Speaker
from services.agent.domain.errors import ContextTooLong, ModelBusy
from services.agent.domain_services.system_prompt import SUMMARY
from tests.fakes.agent_outside import replied
from tests.fakes.agent_world import AgentWorld, SmallTool


def a_world() -> AgentWorld:
    return AgentWorld(SmallTool("look", {"found": ["obj_1"]}))


def test_a_context_that_is_too_long_is_summarised_once() -> None:
    world = a_world()
    name = world.opened()
    world.send(name, "old", replied("older"))
    moves = (ContextTooLong("400"), replied("They said old."), replied("Now."))
    assert world.send(name, "new", *moves).entry.text == "Now."
    asked = world.model.asked[-1].messages
    assert [each.by for each in asked] == [Speaker.USER]
    assert "They said old." in str(asked)
    assert "older" not in str(asked)
    assert world.model.asked[-2].system == SUMMARY
    trouble = world.send(
        name, "?", ContextTooLong("1"), replied("s"), ContextTooLong("2")
    ).entry.trouble
    assert trouble is not None
    assert trouble.code == "context_too_long"


def test_a_long_conversation_is_told_by_a_summary_that_is_kept() -> None:
    world = a_world()
    name = world.opened()
    world.with_policy(history_bytes=1_000)
    world.send(name, "a" * 600, replied("b" * 200))
    world.send(name, "c" * 300, replied("It was long."), replied("d"))
    world.send(name, "e", replied("f"))
    last = world.model.asked[-1].messages
    assert "It was long." in str(last[0])
    assert "aaa" not in str(last)
    assert "ccc" in str(last)
    conversation = world.conversations.read(name)
    assert conversation is not None
    assert (conversation.told_from, conversation.summary) == (2, "It was long.")


def test_when_no_summary_can_be_made_the_older_messages_are_left_out() -> None:
    world = a_world()
    name = world.opened()
    world.with_policy(history_bytes=1_000)
    world.send(name, "a" * 600, replied("b" * 200))
    answer = world.send(name, "c" * 300, ModelBusy("no"), replied("d"))
    assert (answer.entry.text, answer.entry.trouble) == ("d", None)
    assert "left out" in str(world.model.asked[-1].messages[0])


def test_a_summary_of_a_summary_is_made_from_both() -> None:
    world = a_world()
    name = world.opened()
    world.with_policy(history_bytes=1_000)
    world.send(name, "a" * 600, replied("b" * 200))
    world.send(name, "c" * 700, replied("First summary."), replied("d" * 200))
    world.send(name, "e" * 300, replied("Second summary."), replied("f"))
    asked = str(world.model.asked[-2].messages)
    assert "First summary." in asked
    assert "ccc" in asked
    assert "Second summary." in str(world.model.asked[-1].messages[0])
