"""Who is told what, when, and how often."""

from datetime import timedelta

import pytest

from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Delta, Snapshot
from services.progress.domain.connection import LASTS
from services.progress.domain.telling import Notice
from services.progress.domain_services.frames import MAX_BYTES
from tests.fakes.live_outside import VISIBILITY
from tests.fakes.live_world import BOB, OPERATOR, LiveWorld
from tests.unit.progress.stories import Story
from tests.unit.progress.telling import changes, moving, told, watch


@pytest.fixture
def world() -> LiveWorld:
    return LiveWorld()


@pytest.fixture
def story(world: LiveWorld) -> Story:
    return moving(world)


def test_nobody_watches_and_nothing_is_written(world: LiveWorld) -> None:
    world.story()
    world.settle()
    assert world.calls.counts["audiences.claim"] == 0
    assert world.calls.counts["audiences.look"] == 1  # two notices of one transfer


def test_each_change_is_told_once_and_follows_on_the_last(world: LiveWorld, story: Story) -> None:
    for percent in (20, 30):
        world.hear(story.sample(percent))
        world.settle()
        world.pass_time(1)
    first, second = changes(told(world, "c-1"))
    assert first[2] == second[1]
    world.notices.send("t-1")
    world.settle()
    assert told(world, "c-1") == []


def test_at_most_two_messages_a_second_and_the_last_one_is_never_dropped(
    world: LiveWorld, story: Story
) -> None:
    began, percent = world.clock, 10
    while world.clock < began + timedelta(seconds=10):
        percent += 1
        world.hear(story.sample(percent))
        world.work()
        world.pass_time(0.2)
    while_moving = len(told(world, "c-1"))
    assert 10 <= while_moving <= 21
    world.hear(story.completed())
    world.settle()
    *_, last = told(world, "c-1")
    assert isinstance(last, Delta)
    assert last.changes[0].set.status == "completed"
    assert world.notices.queued == []


def test_what_is_new_in_several_transfers_comes_in_one_message(world: LiveWorld) -> None:
    stories = [world.story(f"t-{number}") for number in range(5)]
    watch(world, "all", OPERATOR, scope="all")
    for each in stories:
        world.hear(each.sample(10))
    world.settle()
    [message] = told(world, "all")
    assert isinstance(message, Snapshot)
    assert len(message.transfers) == 5
    assert all(each.chunk_runs is None for each in message.transfers)


def test_messages_fit_into_frames(world: LiveWorld) -> None:
    for number in range(60):
        world.story(f"t-{number:02}")
    world.connect("all", OPERATOR)
    world.ask("all", Subscribe(action="subscribe", scope="all"))
    texts = world.sockets.open["all"]
    assert max(len(text.encode()) for text in texts) <= MAX_BYTES
    messages = told(world, "all")
    *all_but_last, last = [getattr(each, "more", None) for each in messages]
    assert len(all_but_last) >= 2
    assert (set(all_but_last), last) == ({True}, False)
    shown = [t for each in messages if isinstance(each, Snapshot) for t in each.transfers]
    assert len(shown) == 60


def test_a_watcher_of_both_a_list_and_a_transfer_is_told_once_with_details(
    world: LiveWorld, story: Story
) -> None:
    watch(world, "both", OPERATOR, scope="all")
    world.ask("both", Subscribe(action="subscribe", transfers=("t-1",)))
    told(world, "both")
    world.hear(story.sample(50, chunk_runs="5d5w"))
    world.settle()
    [message] = told(world, "both")
    assert isinstance(message, Delta)
    assert [each.set.chunk_runs for each in message.changes] == ["5d5w"]


def test_the_first_news_of_a_transfer_of_ones_own_comes_whole(world: LiveWorld) -> None:
    watch(world, "early")
    watch(world, "mine", scope="mine")
    watch(world, "bobs", BOB)
    world.story()
    world.settle()
    for name in ("early", "mine"):
        [message] = told(world, name)
        assert isinstance(message, Snapshot)
    assert told(world, "bobs") == []


def test_a_transfer_that_ended_and_moves_again_is_told(world: LiveWorld, story: Story) -> None:
    world.hear(story.failed())
    world.settle()
    world.pass_time(100)
    world.hear(story.retried())
    world.settle()
    first, second = told(world, "c-1")
    assert isinstance(first, Delta)
    assert isinstance(second, Delta)
    assert (first.changes[0].set.status, second.changes[0].set.status) == ("failed", "requested")


def test_a_worker_that_dies_after_its_claim_loses_nothing(world: LiveWorld, story: Story) -> None:
    world.hear(story.completed())
    world.calls.kill("sockets.post")
    with pytest.raises(BaseException, match="worker"), world.calls.worker():
        world.work()
    assert told(world, "c-1") == []
    world.pass_time(VISIBILITY.total_seconds())
    world.settle()
    [message] = told(world, "c-1")
    assert isinstance(message, Delta)
    assert message.changes[0].set.status == "completed"


def test_of_two_workers_at_once_one_tells_and_the_other_looks_again(
    world: LiveWorld, story: Story
) -> None:
    def other() -> None:
        world.hear(story.sample(30))
        world.work()

    world.hear(story.sample(20))
    world.calls.before("audiences.claim", other)
    world.work()
    world.settle()
    told_to = changes(told(world, "c-1"))
    assert [seq for _, _, seq in told_to] == [world.transfers.known["t-1"].seq]


def test_a_connection_that_is_over_is_told_nothing(world: LiveWorld, story: Story) -> None:
    world.pass_time(LASTS.total_seconds())
    world.hear(story.sample(20))
    world.settle()
    assert told(world, "c-1") == []


def test_a_clock_that_is_ahead_stops_nobody(world: LiveWorld, story: Story) -> None:
    world.clock += timedelta(hours=1)
    world.hear(story.sample(20))
    world.settle()
    world.clock -= timedelta(hours=1)
    told(world, "c-1")
    world.hear(story.sample(30))
    world.settle()
    assert len(told(world, "c-1")) == 1


def test_a_notice_of_an_unknown_transfer_is_nothing(world: LiveWorld) -> None:
    watch(world, "c-1")
    world.notices.put(Notice("t-1", again=True))
    world.settle()
    assert told(world, "c-1") == []


def test_a_replay_of_old_events_puts_nothing_into_lists(world: LiveWorld, story: Story) -> None:
    world.hear(story.completed())
    world.settle()
    world.pass_time(timedelta(days=30).total_seconds())
    world.audiences.told.clear()  # its row has expired
    watch(world, "c-2", scope="mine")
    watch(world, "c-3")
    for event in story.events:
        world.hear(event)
    world.settle()
    assert told(world, "c-2") == []
    [whole] = told(world, "c-3")
    assert isinstance(whole, Snapshot)
