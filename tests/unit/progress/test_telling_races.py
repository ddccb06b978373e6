"""Two at once, and deaths between two calls: nobody stays behind."""

from dataclasses import replace

import pytest

from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Delta, Snapshot
from kernel.caller import Caller
from services.progress.domain.telling import CatchUp, Notice
from services.progress.domain_services.claim import News, places_of
from tests.fakes.actors import Stage
from tests.fakes.live_client import Client
from tests.fakes.live_outside import VISIBILITY
from tests.fakes.live_world import JANE, OPERATOR, LiveWorld
from tests.unit.progress.stories import Story
from tests.unit.progress.telling import told, watch

SCATTERED = "1d1w" * 60  # so many runs that changes are sent instead


def world_of(page: int = 500) -> tuple[LiveWorld, Story]:
    """c-1 watches t-1, and has been told of it."""
    world = LiveWorld(page)
    story = world.story()
    watch(world, "c-1")
    world.hear(story.sample(10, chunk_runs=SCATTERED))
    world.settle()
    world.pass_time(1)
    told(world, "c-1")
    return world, story


def test_who_knows_more_and_loses_the_race_tells_it_later() -> None:
    world, story = world_of()
    world.hear(story.sample(20))
    first = Stage().start("first", world.work)
    assert first.advance_to("audiences.claim")
    world.hear(story.completed())
    second = Stage().start("second", world.work)
    assert second.advance_to("audiences.claim")
    first.finish()
    second.finish()
    world.settle()
    *_, last = told(world, "c-1")
    assert isinstance(last, Delta)
    assert last.changes[0].set.status == "completed"


def test_who_dies_between_the_mark_and_the_message_is_made_up_for() -> None:
    world, story = world_of()
    world.sockets.slow.add("c-1")
    world.hear(story.completed())
    world.calls.kill("notices.put")
    with pytest.raises(BaseException, match="worker"), world.calls.worker():
        world.work()
    world.sockets.slow.clear()
    assert [each.is_behind(world.clock) for each in world.connections.watches.values()] == [True]
    world.pass_time(VISIBILITY.total_seconds() - 10)  # the mark outlives the message's return
    world.settle()
    [whole] = told(world, "c-1")
    assert isinstance(whole, Snapshot)
    assert whole.transfers[0].status == "completed"


def test_states_are_read_after_the_mark_is_gone() -> None:
    """Else a telling between the two would leave out the watch, and the catch-up the news."""
    world, story = world_of()
    world.sockets.slow.add("c-1")
    world.hear(story.sample(20))
    world.work()
    world.sockets.slow.clear()
    assert [type(each.message) for each in world.notices.queued] == [CatchUp]
    world.pass_time(2)

    def news() -> None:
        world.hear(story.completed())
        world.work()

    world.calls.before("audiences.catch_up", news)
    world.work()
    *_, last = told(world, "c-1")
    assert isinstance(last, Snapshot)
    assert last.transfers[0].status == "completed"


def test_a_list_does_not_hide_the_details_of_a_transfer_that_another_worker_tells() -> None:
    world, story = world_of(page=1)
    watch(world, "z-both", OPERATOR, scope="all")
    world.ask("z-both", Subscribe(action="subscribe", transfers=("t-1",)))
    client = Client("z-both")
    world.sockets.on_post = lambda name, text: client.receive(text) if name == "z-both" else None
    for text in world.sockets.open["z-both"]:
        client.receive(text)
    world.hear(story.sample(50, chunk_runs="5d5w"))
    world.settle()
    assert not client.behind
    assert client.known["t-1"]["chunk_runs"] == "5d5w"


def test_who_came_between_two_tellings_is_sent_chunks_whole() -> None:
    world, story = world_of()
    world.pass_time(20)
    world.hear(story.sample(20, chunk_runs=SCATTERED))
    world.settle()
    world.pass_time(1)
    told(world, "c-1")
    world.hear(story.sample(30, chunk_runs="1d1w" * 58 + "4d"))
    watch(world, "late", Caller("jane", "s-2", JANE.roles))
    world.settle()
    world.pass_time(1)
    [steady], late = told(world, "c-1"), told(world, "late")
    assert isinstance(steady, Delta)
    assert steady.changes[0].chunk_changes
    assert late
    assert isinstance(late[0], Delta)
    assert late[0].changes[0].chunk_changes is None
    assert late[0].changes[0].set.chunk_runs == "1d1w" * 58 + "4d"


def test_a_list_that_catches_up_hides_no_details_of_what_is_watched_by_id_meanwhile() -> None:
    world, story = world_of()
    watch(world, "both", OPERATOR, scope="all")
    client = Client("both")
    world.sockets.on_post = lambda name, text: client.receive(text) if name == "both" else None
    world.sockets.slow.add("both")
    world.hear(story.sample(20))
    world.work()
    world.sockets.slow.clear()
    world.pass_time(2)

    def subscribes_before_the_next_change() -> None:
        world.ask("both", Subscribe(action="subscribe", transfers=("t-1",)))
        world.hear(story.sample(50, chunk_runs="5d5w"))

    world.calls.before("lists.ids", subscribes_before_the_next_change)
    world.settle()
    assert not client.behind
    assert client.known["t-1"]["chunk_runs"] == "5d5w"


def test_who_read_a_telling_newer_than_its_transfer_looks_again() -> None:
    """The rows of a look are read one after the other, and clocks of workers differ."""
    world, story = world_of()
    world.hear(story.sample(20))
    notice = Notice("t-1")
    early = world.audiences.look("t-1", world.clock)
    world.hear(story.completed())
    world.settle()
    world.pass_time(1)
    newest = world.audiences.look("t-1", world.clock)
    assert early.known is not None
    news = News(notice, replace(newest, known=early.known), early.known)
    assert places_of([news], ports=world.ports) == []
    assert world.audiences.told["t-1"] == newest.told
    assert [each.message for each in world.notices.queued] == [notice]
