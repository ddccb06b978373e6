"""The session behind a connection with Teams: it is refreshed, it ends, and people disconnect."""

from datetime import timedelta

import pytest

from services.agent.domain import teams_words as words
from services.agent.domain.errors import ApiAway, RecordBusy
from services.agent.domain.teams import LEASE, LinkState
from services.agent.domain.teams_errors import ConnectorAway
from services.agent.use_cases.teams_links import list_teams_links
from tests.fakes.agent_outside import replied
from tests.fakes.callers import ANN
from tests.fakes.teams_world import MEGAN, connected_world

HOUR = timedelta(hours=1)
YES = replied("It is there.")


# --- the session behind it ------------------------------------------------------------------------


def test_a_token_that_ends_soon_is_refreshed_once_for_all_that_follow() -> None:
    world = connected_world()
    world.pass_time(3_590)
    for _ in range(2):
        assert world.say("Is it there?", MEGAN, YES) == "It is there."
    assert world.calls.counts["sessions.refresh"] == 1


def test_a_session_that_ended_is_said_and_nothing_is_asked() -> None:
    world = connected_world()
    world.sessions.opened[0].over = True
    assert world.say("Is it there?") == words.SESSION_OVER
    assert not world.model.asked
    [link] = list_teams_links(ANN, teams=world.teams)
    assert link.state is LinkState.ENDED
    assert world.say("Is it there?") == words.SESSION_OVER


def test_a_session_that_ended_while_nobody_refreshed_is_said_too() -> None:
    world = connected_world()
    world.pass_time(3_600)
    world.sessions.opened[0].over = True
    assert world.say("Is it there?") == words.SESSION_OVER


def test_a_session_that_ends_in_the_middle_of_a_turn_gets_no_answer() -> None:
    world = connected_world()

    def log_out() -> None:
        world.sessions.opened[0].over = True

    world.at("model.answer", log_out)
    assert world.say("Is it there?", MEGAN, YES) == words.SESSION_OVER
    assert "It is there." not in world.connector.texts


def test_a_link_says_itself_when_its_session_is_over() -> None:
    world = connected_world()
    world.pass_time(12 * 3_600)
    assert world.say("Is it there?") == words.SESSION_OVER
    [link] = list_teams_links(ANN, teams=world.teams)
    assert link.state_at(world.clock) is LinkState.ENDED


@pytest.mark.parametrize(
    "error", [ApiAway("read_me", "no answer"), RecordBusy("conversation 'c-1'")]
)
def test_trouble_of_ours_is_said_in_a_sentence(error: Exception) -> None:
    world = connected_world()
    world.calls.fail("sessions.caller", error)
    assert world.say("Is it there?") == words.TROUBLE
    assert world.say("Is it there?", MEGAN, YES) == "It is there."  # the lease was let go


def test_api_away_behind_the_answer_does_not_lose_it() -> None:
    world = connected_world()
    world.calls.fail("sessions.caller", ApiAway("read_me", "no answer"), after=1)
    assert world.say("Is it there?", MEGAN, YES) == "It is there."


# --- the end --------------------------------------------------------------------------------------


def test_whoever_disconnects_ends_the_session_and_is_told_so_in_teams() -> None:
    world = connected_world()
    world.disconnect()
    assert world.say("Is it there?") == words.NOT_CONNECTED
    assert list_teams_links(ANN, teams=world.teams) == []
    world.work_off()
    assert world.connector.texts[-1] == words.DISCONNECTED
    assert world.sessions.opened[0].over
    assert not world.links.links


def test_disconnecting_in_teams_does_the_same() -> None:
    world = connected_world()
    assert world.say("disconnect") is None
    world.work_off()
    assert world.connector.texts[-1] == words.DISCONNECTED
    assert world.sessions.opened[0].over


def test_disconnecting_while_an_answer_is_written_keeps_the_answer_back() -> None:
    world = connected_world()
    world.at("model.answer", world.disconnect)
    assert world.say("Is it there?", MEGAN, YES) is None
    [(_, delay)] = world.queue.sent
    assert 0 < delay <= LEASE.total_seconds()
    world.work_off()
    assert world.connector.texts[-1] == words.DISCONNECTED
    assert world.sessions.opened[0].over
    assert "It is there." not in world.connector.texts


def test_disconnecting_while_its_token_is_refreshed_ends_the_session_all_the_same() -> None:
    world = connected_world()
    world.pass_time(3_590)
    world.at("sessions.refresh", world.disconnect)
    assert world.say("Is it there?", MEGAN, YES) is None
    world.work_off()
    assert world.sessions.opened[0].over
    assert not world.links.links


def test_a_farewell_that_teams_did_not_take_is_said_again() -> None:
    world = connected_world()
    world.disconnect()
    farewell = world.queue.sent[0]
    world.calls.fail("connector.reply", ConnectorAway("it answered 503"))
    with pytest.raises(ConnectorAway):
        world.work_off()
    world.queue.sent.append(farewell)
    world.work_off()
    assert world.connector.texts[-1] == words.DISCONNECTED


def test_a_farewell_is_not_said_to_whoever_connected_again() -> None:
    world = connected_world()
    world.disconnect()
    world.connected()
    world.work_off()
    assert words.DISCONNECTED not in world.connector.texts
    assert world.say("Is it there?", MEGAN, YES) == "It is there."
