"""What the bot says in Teams, with whose rights, and what runs at once."""

from datetime import timedelta

import pytest

from services.agent.domain import teams_words as words
from services.agent.domain.chat import Stop, ToolUse
from services.agent.domain.teams import ANSWERED_WITHIN, LEASE
from services.agent.domain.teams_errors import ActivityBusy, ChatClosed, ConnectorAway
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain.trouble import CUT
from services.agent.use_cases.answer_in_teams import MOST_CHARACTERS
from tests.fakes.agent_outside import replied
from tests.fakes.agent_world import SmallTool
from tests.fakes.lives import Killed
from tests.fakes.teams_world import ADELE, MEGAN, TeamsWorld, connected_world

HOUR = timedelta(hours=1)
YES = replied("It is there.")


def test_a_question_is_answered_with_the_token_of_the_persons_own_session() -> None:
    world = connected_world()
    assert world.say("Is it there?", MEGAN, YES) == "It is there."
    [token] = world.tokens
    assert token.get_secret_value() in world.sessions.opened[0].access
    [listed] = world.conversations.of_owner("ann", 10, None).items
    assert listed.messages == 2


def test_a_stranger_is_told_how_to_connect_and_asks_nothing() -> None:
    world = TeamsWorld()
    assert world.say("Is it there?", ADELE) == words.NOT_CONNECTED
    assert world.take(world.incoming("", ADELE, welcome=True)) == words.WELCOME
    assert not world.model.asked


def test_in_a_group_it_only_says_that_it_talks_alone() -> None:
    world = connected_world()
    assert world.take(world.incoming("Is it there?", personal=False)) == words.ALONE
    assert world.take(world.incoming("", personal=False, welcome=True)) is None
    assert not world.model.asked


def test_one_conversation_runs_until_a_new_one_is_asked_for() -> None:
    world = connected_world()
    for _ in range(2):
        world.say("Is it there?", MEGAN, YES)
    [running] = world.conversations.rows
    assert world.say("New!") == words.NEW
    world.say("Is it there?", MEGAN, YES)
    assert len(world.conversations.rows) == 2
    assert world.conversations.rows[running].messages == 4


def test_a_conversation_that_is_gone_is_no_hindrance() -> None:
    world = connected_world()
    world.say("Is it there?", MEGAN, YES)
    world.conversations.rows.clear()
    world.conversations.said.clear()
    assert world.say("Is it there?", MEGAN, YES) == "It is there."


def test_the_same_activity_is_answered_once() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    world.model.moves = [YES]
    assert world.take(sent) == "It is there."
    assert world.take(sent) is None
    assert len(world.model.asked) == 1


def test_the_same_activity_at_once_is_left_to_whoever_began() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    again: list[Exception] = []

    def twice() -> None:
        with pytest.raises(ActivityBusy) as busy:
            world.take(sent)
        again.append(busy.value)

    world.model.moves = [YES]
    world.at("model.answer", twice)
    assert world.take(sent) == "It is there."
    assert [getattr(each, "retryable", False) for each in again] == [True]


def test_another_message_meanwhile_is_told_that_an_answer_is_under_way() -> None:
    world = connected_world()
    told: list[str | None] = []
    world.at("model.answer", lambda: told.append(world.say("And now?")))
    assert world.say("Is it there?", MEGAN, YES) == "It is there."
    assert told == [words.BUSY]
    assert world.say("And now?", MEGAN, replied("Now, too.")) == "Now, too."


def test_a_message_of_the_console_in_the_same_conversation_makes_it_busy_too() -> None:
    world = connected_world()
    world.say("Is it there?", MEGAN, YES)
    [conversation] = world.conversations.rows.values()
    begun, _ = conversation.begun("t-9", "From the console", world.clock)
    world.conversations.rows[conversation.id] = begun
    assert world.say("And now?") == words.BUSY


def test_an_answer_that_teams_did_not_take_is_found_again_and_asked_once() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    world.model.moves = [YES]
    world.calls.fail("connector.reply", ConnectorAway("it answered 503"))
    with pytest.raises(ConnectorAway):
        world.take(sent)
    world.pass_time(360)
    assert world.take(sent) == "It is there."
    assert len(world.model.asked) == 1


def test_it_is_found_in_the_conversation_where_it_was_asked() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    world.model.moves = [YES]
    world.calls.fail("connector.reply", ConnectorAway("it answered 503"))
    with pytest.raises(ConnectorAway):
        world.take(sent)
    world.say("new")
    world.pass_time(360)
    assert world.take(sent) == "It is there."


def test_a_worker_that_died_is_followed_by_another_one() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    world.model.moves = [YES]
    world.calls.kill("model.answer")
    with world.calls.worker(), pytest.raises(Killed):
        world.take(sent)
    world.pass_time(LEASE.total_seconds())
    assert world.take(sent) == "It is there."


def test_a_chat_that_was_closed_ends_the_activity() -> None:
    world = connected_world()
    sent = world.incoming("Is it there?")
    world.model.moves = [YES]
    world.calls.fail("connector.reply", ChatClosed(403))
    world.take(sent)
    assert world.take(sent) is None


def test_what_was_never_asked_in_time_is_not_asked_later() -> None:
    """A dead letter that is sent again would end the proposal that is open by then."""
    world = connected_world()
    old = world.incoming("Is it there?", received_at=world.clock - ANSWERED_WITHIN - HOUR)
    assert world.take(old) == words.TOO_LATE
    assert not world.model.asked


# --- odd messages ---------------------------------------------------------------------------------


def test_a_message_that_is_too_long_is_not_read_in_part() -> None:
    world = connected_world()
    long = world.incoming("x" * MOST_CHARACTERS, length=MOST_CHARACTERS + 1)
    assert world.take(long) == words.TOO_LONG.format(length=4_001, most=4_000)
    assert not world.model.asked


def test_files_are_said_not_to_be_read() -> None:
    world = connected_world()
    assert world.take(world.incoming("", has_files=True)) == words.NO_TEXT
    world.model.moves = [YES]
    told = world.take(world.incoming("Is it there?", has_files=True))
    assert told == f"{words.NO_FILES}\n\nIt is there."


def test_an_answer_that_ends_early_says_why() -> None:
    world = connected_world()
    told = world.say("Is it there?", MEGAN, replied("It is", stop=Stop.LENGTH))
    assert told == f"It is\n\n{CUT.message}"


def test_a_stage_without_a_model_says_so() -> None:
    world = connected_world()
    world.with_policy(model="")
    assert world.say("Is it there?") == words.OFF


def test_a_proposal_comes_with_the_answer_and_yes_confirms_nothing() -> None:
    def propose(asked: object, scene: Scene) -> Outcome:
        made = world.make_proposal(scene.conversation_id)
        return Outcome({"proposed": made.id}, scene.handles, proposal_id=made.id)

    world = TeamsWorld(SmallTool("propose", propose))
    world.connected()
    use = ToolUse("u-1", "propose", {})
    world.say("Send it to ACME", MEGAN, replied("", use), replied("Look at the card."))
    _, _, reply = world.connector.told[-1]
    assert reply.proposal is not None
    assert reply.proposal.owner == "ann"
    world.say("yes", MEGAN, replied("Confirm it in FileFerry."))
    assert world.connector.told[-1][2].proposal is None
    assert {each.state.value for each in world.proposals.rows.values()} == {"superseded"}
