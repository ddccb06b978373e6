"""Who is connected with whom: codes, their ends, and what takes the place of what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.agent.domain import teams_words as words
from services.agent.domain.errors import ApiAway, ApiRefused, RoleMissing
from services.agent.domain.teams import LinkState, Person, code_in
from services.agent.domain.teams_errors import CodeNotMade, HandoverRefused
from services.agent.use_cases.make_teams_code import make_teams_code
from services.agent.use_cases.teams_links import list_teams_links
from tests.fakes.agent_teams import known_to
from tests.fakes.callers import ANN, BOB, a_caller
from tests.fakes.lives import Killed
from tests.fakes.teams_world import ADELE, MEGAN, OTHER_TENANT, TeamsWorld

MINUTE = timedelta(minutes=1)


def test_a_code_connects_whoever_sends_it_once() -> None:
    world = TeamsWorld()
    code = world.code()
    told = world.say(code)
    assert told is not None
    assert told.startswith("You are connected as ann.")
    assert world.say(code, ADELE) == words.BAD_CODE
    [link] = list_teams_links(ANN, teams=world.teams)
    assert (link.person, link.name, link.state) == (MEGAN, "Megan", LinkState.CONNECTED)
    assert world.links.of_person(ADELE) is None


@pytest.mark.parametrize(
    "typed", ["0123456789ABCDEFGHJK", "0123456789abcdefghjk", " oI234-56789–abcde-FGHJK "]
)
def test_a_code_may_be_typed_in_several_ways(typed: str) -> None:
    assert code_in(typed, alone=True) == "0123456789ABCDEFGHJK"


@pytest.mark.parametrize(
    "said",
    ["send it to ACME", "01234-56789-ABCDE-FGHJU", "01234-56789-ABCDE", "a 0123456789ABCDEFGHJK"],
)
def test_other_messages_are_no_codes(said: str) -> None:
    assert code_in(said, alone=True) is None


def test_a_code_is_good_for_five_minutes() -> None:
    world = TeamsWorld()
    code = world.code()
    world.pass_time(300)
    assert world.say(code) == words.BAD_CODE


def test_a_new_code_takes_the_place_of_the_one_before() -> None:
    world = TeamsWorld()
    first, second = world.code(), world.code()
    assert world.say(first) == words.BAD_CODE
    assert "connected as ann" in str(world.say(second))


def test_removing_links_voids_an_open_code() -> None:
    world = TeamsWorld()
    code = world.code()
    world.disconnect()
    assert world.say(code) == words.BAD_CODE


def test_a_code_that_others_could_see_is_void() -> None:
    world = TeamsWorld()
    code = world.code()
    in_group = world.incoming(f"hello {code}", personal=False)
    assert world.take(in_group) == words.ALONE + words.CODE_SEEN
    assert world.say(code) == words.BAD_CODE


def test_of_two_who_send_a_code_at_once_one_is_connected() -> None:
    world = TeamsWorld()
    code = world.code()
    world.at("sessions.redeem", lambda: world.say(code, ADELE))
    assert world.say(code) == words.BAD_CODE
    assert world.links.of_person(MEGAN) is None
    assert world.links.of_person(ADELE) is not None


def test_the_same_message_twice_connects_once_and_says_so_again() -> None:
    """The worker died behind the connection."""
    world = TeamsWorld()
    sent = world.incoming(world.code())
    world.calls.kill("connector.reply")
    with world.calls.worker(), pytest.raises(Killed):
        world.take(sent)
    world.pass_time(100)
    assert "connected as ann" in str(world.take(sent))
    assert len(world.sessions.opened) == 1


def test_a_code_voided_while_it_is_used_connects_nobody_and_leaves_no_session() -> None:
    world = TeamsWorld()
    code = world.code()
    world.at("links.connect", world.disconnect)
    assert world.say(code) == words.BAD_CODE
    assert world.links.of_person(MEGAN) is None
    assert [each.over for each in world.sessions.opened] == [True]


def test_a_session_of_somebody_else_connects_nobody() -> None:
    world = TeamsWorld()
    code = world.code()
    [handover] = world.sessions.codes
    world.sessions.codes[handover] = BOB, world.clock + 5 * MINUTE
    assert world.say(code) == words.BAD_CODE
    assert not world.links.links


def test_auth_away_keeps_the_code() -> None:
    world = TeamsWorld()
    code = world.code()
    world.calls.fail("sessions.redeem", ApiAway("redeem_handover", "no answer"))
    assert world.say(code) == words.TROUBLE
    assert "connected as ann" in str(world.say(code))


def test_connecting_again_ends_the_session_before_and_goes_on_talking() -> None:
    world = TeamsWorld()
    first = world.connected()
    world.links.save(replace(first, conversation_id="c-7"))
    second = world.connected()
    assert second.id != first.id
    assert [each.over for each in world.sessions.opened] == [True, False]
    assert second.conversation_id == "c-7"


def test_a_user_has_one_person_in_teams_and_the_one_before_is_told() -> None:
    world = TeamsWorld()
    world.connected(MEGAN)
    world.connected(ADELE)
    assert world.say("Hello", MEGAN) == words.NOT_CONNECTED
    chats = [(chat.id, reply.text) for chat, _, reply in world.connector.told]
    assert (f"a:{MEGAN.id}", words.REPLACED) in chats
    assert [each.over for each in world.sessions.opened] == [True, False]


def test_a_person_has_one_user_and_the_one_before_has_no_link() -> None:
    world = TeamsWorld()
    world.connected(MEGAN, ANN)
    link = world.connected(MEGAN, BOB)
    assert link.owner == "bob"
    assert list_teams_links(ANN, teams=world.teams) == []
    assert [each.over for each in world.sessions.opened] == [True, False]


def test_the_same_object_id_of_another_tenant_is_somebody_else() -> None:
    world = TeamsWorld()
    world.connected(MEGAN)
    stranger = Person(OTHER_TENANT, MEGAN.id)
    assert world.say("Hello", stranger) == words.NOT_CONNECTED


def test_no_secret_of_ours_stands_in_what_is_stored() -> None:
    """Auth's code and the tokens are sealed, and the code in Teams is a digest."""
    world = TeamsWorld()
    code = world.code()
    assert "handover-" not in str(vars(next(iter(world.links.codes.values()))))
    assert code.replace("-", "") not in str(world.links.codes)
    link = world.connected()
    tokens = [s.refresh for s in world.sessions.opened]
    assert not any(each in str(vars(link)) for each in tokens)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ApiRefused("make_handover", 403, "handed_over", "No."), HandoverRefused),
        (ApiRefused("make_handover", 401, "session_over", "No."), HandoverRefused),
        (ApiRefused("make_handover", 429, "too_many", "No."), CodeNotMade),
        (ApiAway("make_handover", "no answer"), CodeNotMade),
    ],
)
def test_a_code_that_cannot_be_made_says_why(error: Exception, kind: type[Exception]) -> None:
    world = TeamsWorld()
    world.calls.fail("sessions.hand_over", error)
    with pytest.raises(kind):
        make_teams_code(ANN, known_to(world.sessions), teams=world.teams)
    assert not world.links.codes


def test_nobody_without_a_role_gets_a_code() -> None:
    world = TeamsWorld()
    with pytest.raises(RoleMissing):
        world.code(a_caller("nora"))
