"""What a client is answered, what it missed, and what it may not ask."""

from functools import partial

import pytest

from contracts.websocket.client_messages import Subscribe, Unsubscribe
from contracts.websocket.live_transfer import Position
from contracts.websocket.server_messages import Delta, Error, Gone, ServerMessage, Snapshot
from kernel.caller import Caller, Role
from services.progress.domain.connection import MAX_ASKED, MAX_OF_A_USER, ChangedUser
from services.progress.domain.errors import RightsChanged, SessionOver, TooManyConnections
from services.progress.use_cases.end_connections import end_session, end_users_connections
from tests.fakes.live_world import BOB, JANE, LiveWorld
from tests.unit.progress.stories import Story
from tests.unit.progress.telling import told


@pytest.fixture
def world() -> LiveWorld:
    world = LiveWorld()
    world.connect("c-1")
    return world


@pytest.fixture
def story(world: LiveWorld) -> Story:
    return world.story()


def ask(
    world: LiveWorld, known: tuple[Position, ...] = (), **wanted: object
) -> list[ServerMessage]:
    asked = Subscribe(action="subscribe", known=known, **(wanted or {"transfers": ("t-1",)}))  # type: ignore[arg-type]
    world.ask("c-1", asked)
    return told(world, "c-1")


def position(world: LiveWorld, epoch: str | None = None, ahead: int = 0) -> Position:
    known = world.transfers.known["t-1"]
    return Position(transfer_id="t-1", epoch=epoch or known.epoch, seq=known.seq + ahead)


def test_a_client_that_was_away_is_told_what_it_missed(world: LiveWorld, story: Story) -> None:
    before = position(world)
    world.hear(story.sample(30, chunk_runs="3d7w"))
    missed, rest = ask(world, (before,))
    assert isinstance(missed, Delta)
    assert missed.recovered
    assert missed.changes[0].base == before.seq
    assert missed.changes[0].set.chunk_runs == "3d7w"
    assert "size_bytes" not in missed.changes[0].set.model_fields_set
    assert isinstance(rest, Delta)
    assert (rest.changes, rest.more) == ((), False)


def test_a_client_that_missed_nothing_is_told_so(world: LiveWorld, story: Story) -> None:
    missed, _ = ask(world, (position(world),))
    assert isinstance(missed, Delta)
    assert (missed.recovered, missed.changes) == (True, ())


def test_a_client_that_was_away_for_hours_is_told_what_ended_in_its_list(
    world: LiveWorld, story: Story
) -> None:
    before = position(world)
    world.hear(story.completed())
    world.pass_time(70 * 60)  # it stands in no list any more
    missed, _ = ask(world, (before,), scope="mine")
    assert isinstance(missed, Delta)
    assert missed.recovered
    assert missed.changes[0].set.status == "completed"


def test_who_says_to_know_anothers_transfer_is_told_what_is_told_of_none(world: LiveWorld) -> None:
    world.story("t-1", "bob")
    known = Position(transfer_id="t-1", epoch=position(world).epoch, seq=0)
    for claimed in (known, Position(transfer_id="t-9", epoch="ab", seq=0)):
        gone, rest = ask(world, (claimed,), scope="mine")
        assert isinstance(gone, Gone)
        assert gone.transfer_ids == (claimed.transfer_id,)
        assert isinstance(rest, Delta)
        assert (rest.changes, rest.more) == ((), False)


def test_many_that_are_not_there_are_one_answer(world: LiveWorld) -> None:
    names = tuple(f"t-{number}" for number in range(100, 200))
    gone, _ = ask(world, transfers=names)
    assert isinstance(gone, Gone)
    assert gone.transfer_ids == names


@pytest.mark.parametrize(("epoch", "ahead"), [("ffff", 0), (None, 1)])
def test_a_position_of_another_life_is_answered_whole(
    world: LiveWorld, story: Story, epoch: str | None, ahead: int
) -> None:
    whole, _ = ask(world, (position(world, epoch, ahead),))
    assert isinstance(whole, Snapshot)


def test_an_empty_list_is_answered(world: LiveWorld) -> None:
    [whole] = ask(world, scope="mine")
    assert isinstance(whole, Snapshot)
    assert (whole.transfers, whole.more) == ((), False)


def test_another_ones_and_an_unknown_transfer_cost_the_same_calls(world: LiveWorld) -> None:
    world.story("t-1", "bob")
    seen: list[list[str]] = []
    for transfer_id in ("t-1", "t-9"):
        calls: list[str] = []
        world.calls.observers = [lambda name, *_, calls=calls: calls.append(name)]
        gone, _ = ask(world, transfers=(transfer_id,))
        assert isinstance(gone, Gone)
        seen.append(calls)
    assert seen[0] == seen[1]


def test_a_change_that_overtakes_the_answer_is_in_its_last_message(
    world: LiveWorld, story: Story
) -> None:
    world.calls.before("sockets.post", lambda: world.hear(story.completed()))
    whole, rest = ask(world)
    assert isinstance(whole, Snapshot)
    assert whole.transfers[0].status == "moving"
    assert isinstance(rest, Delta)
    assert rest.changes[0].set.status == "completed"


def test_a_transfer_that_became_known_meanwhile_is_sent_whole(world: LiveWorld) -> None:
    world.calls.before("sockets.post", lambda: world.story() and None)
    gone, whole, rest = ask(world)
    assert isinstance(gone, Gone)
    assert isinstance(whole, Snapshot)
    assert [whole.more, getattr(rest, "more", None)] == [True, False]


def test_one_may_subscribe_often_but_not_too_often(world: LiveWorld, story: Story) -> None:
    for _ in range(MAX_ASKED):
        ask(world)
    [refused] = ask(world)
    assert isinstance(refused, Error)
    assert (refused.code, refused.closing) == ("too_many_subscribes", False)
    world.pass_time(10)
    assert isinstance(ask(world)[0], Snapshot)


def test_what_was_left_can_be_watched_again(world: LiveWorld, story: Story) -> None:
    ask(world)
    for _ in range(2):
        world.ask("c-1", Unsubscribe(action="unsubscribe", transfers=("t-1", "t-2")))
    assert world.connections.watches == {}
    assert isinstance(ask(world)[0], Snapshot)


def test_a_session_that_ends_while_its_connection_begins_is_noticed(world: LiveWorld) -> None:
    for number, call in enumerate(("connections.add", "connections.of_user")):
        bob = Caller("bob", f"s-{number}", BOB.roles)
        end = partial(end_session, "bob", bob.session_id, ports=world.ports)
        world.calls.before(call, end)
        with pytest.raises(SessionOver):
            world.connect("bobs", bob)
        assert "bobs" not in world.connections.rows
    world.connect("bobs", BOB)


def test_a_connection_that_begins_while_its_session_ends_is_ended(world: LiveWorld) -> None:
    begin = partial(world.connect, "bobs", BOB)
    world.calls.before("connections.bury_session", begin)
    end_session("bob", "s-bob", ports=world.ports)
    assert "bobs" not in world.sockets.open
    assert "bobs" not in world.connections.rows


def test_rights_that_change_while_a_connection_begins_are_noticed(world: LiveWorld) -> None:
    admin = Caller("ada", "s-ada", frozenset({Role.ADMIN}))
    changed = ChangedUser("ada", frozenset({Role.USER}), True, 1)
    act = lambda: end_users_connections(changed, ports=world.ports)  # noqa: E731
    world.calls.before("connections.of_user", act)
    with pytest.raises(RightsChanged):
        world.connect("c-2", admin)
    world.connect("c-2", Caller("ada", "s-ada", frozenset({Role.USER})))


def test_the_oldest_connections_stay_when_there_are_too_many(world: LiveWorld) -> None:
    for number in range(MAX_OF_A_USER - 1):
        world.connect(f"more-{number}", JANE)
    with pytest.raises(TooManyConnections):
        world.connect("one-too-many", JANE)
    assert len(world.connections.rows) == MAX_OF_A_USER
    world.connect("bobs", BOB)


def test_a_connection_that_ends_while_it_subscribes_leaves_nothing(
    world: LiveWorld, story: Story
) -> None:
    world.calls.before(
        "connections.store", lambda: end_session("jane", "s-jane", ports=world.ports)
    )
    world.ask("c-1", Subscribe(action="subscribe", transfers=("t-1",)))
    assert world.sockets.open == {}
    assert world.connections.watches == {}


def test_a_subscriber_that_is_slow_is_told_later(world: LiveWorld, story: Story) -> None:
    world.settle()
    world.sockets.slow.add("c-1")
    assert ask(world) == []
    world.sockets.slow.clear()
    world.settle()
    [whole] = told(world, "c-1")
    assert isinstance(whole, Snapshot)
