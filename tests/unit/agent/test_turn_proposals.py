"""What a turn does about proposals, and what it takes of the user's tokens."""

from dataclasses import replace

import pytest

from services.agent.domain.budget import needed
from services.agent.domain.chat import Tokens, ToolUse
from services.agent.domain.errors import ConversationBusy, ModelAway, ModelBusy, ProposalsBusy
from services.agent.domain.proposal import State
from services.agent.domain.tool import Outcome, Scene
from tests.fakes.agent_outside import replied
from tests.fakes.agent_world import AgentWorld, SmallTool

DAY_TOKENS = 200_000


def a_world() -> AgentWorld:
    return AgentWorld(SmallTool("look", {"found": []}))


def proposing(world: AgentWorld) -> SmallTool:
    def propose(asked: object, scene: Scene) -> Outcome:
        made = world.make_proposal(scene.conversation_id)
        return Outcome({"proposed": made.id}, scene.handles, proposal_id=made.id)

    return SmallTool("propose", propose)


def test_another_message_supersedes_the_open_proposal() -> None:
    world = a_world()
    world.tools["propose"] = proposing(world)
    name = world.opened()
    answer = world.send(name, "send", replied("", ToolUse("u1", "propose", {})), replied("Look."))
    proposal = answer.shown.proposal
    assert proposal is not None
    assert answer.entry.proposal_id == proposal.id
    later = world.send(name, "no, wait", replied("ok"))
    assert later.shown.proposal is None
    found = world.proposals.read(proposal.id)
    assert found is not None
    assert found.state is State.SUPERSEDED


def test_a_message_that_is_refused_as_busy_supersedes_nothing() -> None:
    world = a_world()
    world.tools["propose"] = proposing(world)
    name = world.opened()

    def meanwhile() -> None:
        with pytest.raises(ConversationBusy):
            world.sent(world.sending(name, "me too"))

    world.calls.before("model.answer", meanwhile, number=2)
    answer = world.send(name, "send", replied("", ToolUse("u1", "propose", {})), replied("Look."))
    assert answer.shown.proposal is not None
    assert answer.shown.proposal.state is State.OPEN


def test_a_proposal_stays_when_the_answer_after_it_fails() -> None:
    world = a_world()
    world.tools["propose"] = proposing(world)
    uses = replied("", ToolUse("u1", "propose", {}))
    answer = world.send(world.opened(), "send", uses, ModelBusy("x"))
    assert answer.entry.trouble is not None
    assert answer.shown.proposal is not None
    assert answer.entry.proposal_id == answer.shown.proposal.id


def test_the_model_is_not_asked_while_the_old_proposal_could_still_be_confirmed() -> None:
    world = a_world()
    name = world.opened()
    world.make_proposal(name)
    world.calls.refuse("proposals.store", ProposalsBusy(name))
    with pytest.raises(ProposalsBusy):
        world.send(name, "hi", replied("ok"))
    assert world.model.asked == []


def test_tokens_are_taken_before_each_call_and_settled_after_it() -> None:
    world = a_world()
    answer = world.send(world.opened(), "hi", replied("ok", read=500))
    assert answer.tokens_left == DAY_TOKENS - 502


def test_an_answer_that_does_not_say_what_it_took_keeps_what_was_taken() -> None:
    world = a_world()
    silent = replace(replied("ok"), tokens=Tokens())
    answer = world.send(world.opened(), "hi", silent)
    assert answer.tokens_left < DAY_TOKENS - world.ports.policy.answer_tokens


@pytest.mark.parametrize(("error", "kept"), [(ModelBusy("x"), False), (ModelAway("x"), True)])
def test_tokens_of_a_call_that_failed_come_back_only_if_nothing_was_read(
    error: Exception, kept: bool
) -> None:
    world = a_world()
    answer = world.send(world.opened(), "hi", error)
    assert (answer.tokens_left < DAY_TOKENS) == kept


def test_turns_at_once_cannot_take_more_tokens_than_there_are() -> None:
    world = a_world()
    one, other = world.opened(), world.opened()
    world.send(one, "hi", replied("ok"))
    asked, specs = world.model.asked[0], [*world.model.asked[0].tools]
    call = needed(asked.system, asked.messages, specs, world.ports.policy.answer_tokens)
    world.with_policy(tokens_per_day=2 * call)
    seen: list[str] = []

    def meanwhile() -> None:
        answer = world.sent(world.sending(other, "hi"))
        seen.append(answer.entry.trouble.code if answer.entry.trouble else "answered")

    world.calls.before("model.answer", meanwhile)
    assert world.send(one, "hi", replied("ok", read=10)).entry.trouble is None
    assert seen == ["tokens_spent"]
    assert world.send(other, "hi", replied("ok", read=10)).entry.trouble is None
