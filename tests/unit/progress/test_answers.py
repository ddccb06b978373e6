"""Pieces of the agent's answers reach those of their owner's connections that watch, and nobody
else."""

from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.agent_events import MAX_PIECE
from contracts.websocket.client_messages import Subscribe, Unsubscribe
from contracts.websocket.limits import MAX_ANSWER_AGE_SECONDS, MAX_FRAME_BYTES, MAX_WATCHES
from contracts.websocket.server_messages import Answer, Error, Snapshot, read_message
from services.progress.domain.connection import ChangedUser
from services.progress.domain.telling import MAX_PIECE_AGE
from services.progress.use_cases.end_connections import end_session, end_users_connections
from tests.fakes.live_world import BOB, OPERATOR, LiveWorld
from tests.unit.progress.answers import TALK, heard, listen, piece, say
from tests.unit.progress.stories import NOON
from tests.unit.progress.telling import told, watch


@pytest.fixture
def world() -> LiveWorld:
    world = LiveWorld()
    listen(world, "c-1")
    return world


def test_a_subscription_is_answered_with_nothing_but_that_it_is_there(world: LiveWorld) -> None:
    asked = Subscribe(action="subscribe", conversation="talk-2", request_id="r-1")
    world.story()
    world.ask("c-1", asked)
    [answer] = told(world, "c-1")
    assert isinstance(answer, Snapshot)
    assert (answer.request_id, answer.transfers, answer.more) == ("r-1", (), False)


def test_a_piece_is_told_as_it_is(world: LiveWorld) -> None:
    say(world, 3, text="Größe: ", tool="list_files", ended=True)
    world.settle()
    [got] = told(world, "c-1")
    assert isinstance(got, Answer)
    assert (got.conversation_id, got.turn_id, got.number) == ("talk", "turn-1", 3)
    assert (got.text, got.tool, got.ended) == ("Größe: ", "list_files", True)
    assert got.request_id is None


def test_only_connections_that_watch_the_conversation_are_told(world: LiveWorld) -> None:
    watch(world, "c-2", scope="mine")
    listen(world, "c-3")
    world.ask("c-3", Unsubscribe(action="unsubscribe", conversation="talk"))
    say(world, 0, conversation_id="another")
    say(world, 1)
    world.settle()
    assert [heard(world, each) for each in ("c-1", "c-2", "c-3")] == [[1], [], []]


@pytest.mark.parametrize("caller", [BOB, OPERATOR])
def test_whoever_watches_the_conversation_of_somebody_else_is_told_nothing(
    world: LiveWorld, caller: object
) -> None:
    listen(world, "c-2", caller)  # type: ignore[arg-type]
    say(world, 0)
    world.settle()
    assert (heard(world, "c-1"), heard(world, "c-2")) == ([0], [])
    assert world.calls.counts["sockets.post"] == 3  # two answers to subscriptions, and the piece


def test_many_who_watch_the_conversation_of_somebody_else_crowd_out_nobody() -> None:
    world = LiveWorld(page=2)
    for number in range(5):
        listen(world, f"a-{number}", BOB)
    listen(world, "c-1")
    say(world, 0)
    world.settle()
    assert heard(world, "c-1") == [0]


def test_a_batch_comes_in_the_order_of_its_numbers_and_once(world: LiveWorld) -> None:
    say(world, 2, 0, 1, 2)
    say(world, 1, 0, turn_id="a-later-turn")
    world.work()
    assert heard(world, "c-1") == [0, 1, 2, 0, 1]


def test_a_piece_that_is_late_is_not_told(world: LiveWorld) -> None:
    assert MAX_PIECE_AGE.total_seconds() == MAX_ANSWER_AGE_SECONDS
    say(world, 0, age=MAX_ANSWER_AGE_SECONDS + 1)  # as a replay has it
    assert world.notices.queued == []
    say(world, 1)
    world.pass_time(MAX_ANSWER_AGE_SECONDS + 1)  # the queue was behind
    world.settle()
    assert heard(world, "c-1") == []


def test_a_transfer_is_told_however_slow_those_are_who_watch_a_conversation(
    world: LiveWorld,
) -> None:
    for number in range(30):
        listen(world, f"slow-{number}")
    world.sockets.slow |= {f"slow-{number}" for number in range(30)}
    watch(world, "c-2", scope="mine")
    began = world.clock
    delays: list[float] = []

    def told_at(connection_id: str, text: str) -> None:
        if connection_id == "c-2":
            delays.append((world.clock - began).total_seconds())

    world.sockets.on_post = told_at
    world.calls.cost["sockets.post"] = 1.0
    say(world, *range(8))
    world.story()
    world.work()
    assert delays[0] <= 1.1


def test_a_slow_connection_is_left_in_peace_for_a_while_and_nothing_is_kept_for_it(
    world: LiveWorld,
) -> None:
    listen(world, "c-2")
    world.sockets.slow.add("c-1")
    posts = world.calls.counts["sockets.post"]
    for number in range(20):
        say(world, number)
        world.work()
        world.pass_time(0.3)
    assert heard(world, "c-2") == list(range(20))
    assert world.calls.counts["sockets.post"] - posts <= 20 + 1
    assert world.notices.queued == []
    world.sockets.slow.clear()
    world.pass_time(10)
    say(world, 20)
    world.settle()
    assert heard(world, "c-1") == [20]


def test_a_connection_that_is_gone_goes_with_all_that_it_watched(world: LiveWorld) -> None:
    del world.sockets.open["c-1"]
    say(world, 0)
    world.settle()
    assert world.connections.rows == {}
    assert world.connections.watches == {}


@pytest.mark.parametrize("whole", ["session", "lock"])
def test_nothing_is_told_after_a_session_ended_or_a_user_was_locked(
    world: LiveWorld, whole: str
) -> None:
    say(world, 0)
    if whole == "session":
        end_session("jane", "s-jane", ports=world.ports)
    else:
        locked = ChangedUser("jane", frozenset(), False, 1)
        end_users_connections(locked, ports=world.ports)
    posts = world.calls.counts["sockets.post"]
    world.settle()
    assert world.calls.counts["sockets.post"] == posts
    assert world.connections.watches == {}


def test_a_session_that_ends_while_it_subscribes_leaves_nothing(world: LiveWorld) -> None:
    end = partial(end_session, "jane", "s-jane", ports=world.ports)
    world.calls.before("connections.store", end)
    world.ask("c-1", Subscribe(action="subscribe", conversation="talk-2"))
    assert world.sockets.open == {}
    assert world.connections.watches == {}


def test_two_subscriptions_of_a_connection_at_once_are_both_kept(world: LiveWorld) -> None:
    other = partial(world.ask, "c-1", Subscribe(action="subscribe", conversation="talk-2"))
    world.calls.before("connections.store", other)
    world.ask("c-1", Subscribe(action="subscribe", conversation="talk-3"))
    told(world, "c-1")
    for conversation in ("talk", "talk-2", "talk-3"):
        say(world, 0, conversation_id=conversation)
    world.settle()
    assert heard(world, "c-1") == [0, 0, 0]


def test_a_connection_watches_so_many_conversations_and_no_more(world: LiveWorld) -> None:
    for number in range(MAX_WATCHES - 1):
        world.ask("c-1", Subscribe(action="subscribe", conversation=f"more-{number}"))
        world.pass_time(1)
    assert not any(isinstance(each, Error) for each in told(world, "c-1"))
    world.ask("c-1", Subscribe(action="subscribe", conversation="one-too-many"))
    [refused] = told(world, "c-1")
    assert isinstance(refused, Error)
    assert refused.code == "too_many_subscriptions"


def test_lists_and_conversations_of_a_connection_leave_each_other_alone(world: LiveWorld) -> None:
    world.ask("c-1", Subscribe(action="subscribe", scope="mine"))
    world.ask("c-1", Subscribe(action="subscribe", transfers=("t-1",)))
    world.ask("c-1", Subscribe(action="subscribe", conversation="talk-2"))
    told(world, "c-1")
    of_talk = [each for each in world.connections.watches.values() if not each.audience.is_list]
    assert {frozenset(each.itself) for each in of_talk} == {frozenset()}
    world.story()
    say(world, 0)
    world.settle()
    kinds = [type(each).__name__ for each in told(world, "c-1")]
    assert kinds.count("Answer") == 1
    assert kinds.count("Snapshot") >= 1


@pytest.mark.parametrize("letter", ["\x00", "\u2028", "💥", '"'])
def test_the_longest_piece_fits_into_a_frame(world: LiveWorld, letter: str) -> None:
    names: dict[str, Any] = {"conversation_id": "c" * 128, "turn_id": "t" * 128, "tool": "x" * 64}
    world.ask("c-1", Subscribe(action="subscribe", conversation="c" * 128))
    told(world, "c-1")
    say(world, 10**15, text=letter * MAX_PIECE, **names)
    world.settle()
    [text] = world.sockets.open["c-1"]
    assert len(text.encode()) < MAX_FRAME_BYTES
    assert isinstance(read_message(text), Answer)
    with pytest.raises(ValidationError):
        piece(0, NOON, text=letter * (MAX_PIECE + 1))


def test_pieces_that_cannot_be_told_do_not_bring_the_others_of_their_batch_back(
    world: LiveWorld,
) -> None:
    watch(world, "c-2", scope="mine")
    world.story()
    world.settle()
    world.pass_time(1)
    told(world, "c-2")
    world.story("t-2")
    say(world, 0)
    world.calls.fail("sockets.post", RuntimeError("not allowed"), after=1)
    world.work()
    assert [type(each).__name__ for each in told(world, "c-2")] == ["Snapshot"]
    assert [str(each) for each in world.failures] == ["not allowed"]
    world.pass_time(1)
    world.settle()  # it comes again, and is late
    assert heard(world, "c-1") == []


def test_a_client_that_asks_again_watches_on(world: LiveWorld) -> None:
    world.ask("c-1", TALK)
    told(world, "c-1")
    say(world, 0)
    world.settle()
    assert heard(world, "c-1") == [0]
