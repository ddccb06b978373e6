"""Connections that are gone, slow or too many for one worker."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Snapshot
from services.progress.domain.audience import of_transfer
from services.progress.domain.telling import CatchUp, Page
from tests.fakes.live_world import OPERATOR, LiveWorld
from tests.unit.progress.stories import Story
from tests.unit.progress.telling import changes, moving, told, watch


@pytest.fixture
def world() -> LiveWorld:
    return LiveWorld()


@pytest.fixture
def story(world: LiveWorld) -> Story:
    return moving(world)


def test_a_connection_that_is_gone_goes_with_all_that_it_watched(
    world: LiveWorld, story: Story
) -> None:
    world.ask("c-1", Subscribe(action="subscribe", scope="mine"))
    del world.sockets.open["c-1"]
    world.hear(story.sample(20))
    world.settle()
    assert world.connections.rows == {}
    assert world.connections.watches == {}


def test_a_slow_connection_is_tried_with_growing_delays_and_holds_up_nobody(
    world: LiveWorld, story: Story
) -> None:
    watch(world, "c-2")
    world.sockets.slow.add("c-1")
    tried = []
    world.calls.before_each("sockets.post", lambda: tried.append(world.clock))
    for percent in range(11, 60):
        world.hear(story.sample(percent))
        world.work()
        world.pass_time(1)
    assert len(changes(told(world, "c-2"))) + 1 >= 48
    waiting = [each.message for each in world.notices.queued]
    assert [type(each) for each in waiting] == [CatchUp]
    assert len(tried) <= 50 + 7  # once a second to c-2; after 1, 2, 4, 8, 16 s to c-1
    world.sockets.slow.clear()
    world.settle()
    [message] = told(world, "c-1")
    assert isinstance(message, Snapshot)
    assert message.transfers[0].percent == 59
    world.hear(story.sample(60))
    world.settle()
    assert len(told(world, "c-1")) == 1


def test_a_connection_that_stays_slow_is_ended(world: LiveWorld, story: Story) -> None:
    world.sockets.slow.add("c-1")
    world.hear(story.sample(20))
    began = world.clock
    world.settle()
    assert timedelta(minutes=10) < world.clock - began < timedelta(minutes=30)
    assert world.connections.rows == {}
    assert world.connections.watches == {}


def test_who_is_not_reached_in_time_is_told_by_another_worker(
    world: LiveWorld, story: Story
) -> None:
    for number in range(20):
        watch(world, f"w-{number:02}")
    world.settle()
    world.calls.cost["sockets.post"] = 0.5
    world.hear(story.sample(20))
    world.work()
    [page] = [each.message for each in world.notices.queued]
    assert isinstance(page, Page)
    world.settle()
    assert {len(told(world, each)) for each in world.sockets.open} == {1}


def test_a_large_audience_gets_shards_and_everybody_is_told_once() -> None:
    world = LiveWorld(page=4)
    story = world.story()
    names = [f"w-{number:02}" for number in range(60)]
    for number, name in enumerate(names):
        watch(world, name, replace(OPERATOR, name=name))
        if number % 6 == 0:
            world.hear(story.sample(number))
            world.settle()
            world.pass_time(1)
    shards, _ = world.audiences.grown[of_transfer("t-1")]
    assert shards >= 4
    assert {each.shard for each in world.connections.watches.values()} == set(range(shards))
    for name in names:
        told(world, name)
    world.hear(story.sample(90))
    world.settle()
    assert {len(told(world, name)) for name in names} == {1}


def test_a_connection_that_takes_in_much_slowly_waits_for_the_rest(world: LiveWorld) -> None:
    """Else it would take all the time that the function has."""
    for number in range(60):
        story = Story(f"t-{number}", path="x" * 20_000)
        world.hear(story.requested())
    world.settle()
    world.connect("c-1")
    world.calls.cost["sockets.post"] = 0.9
    began = world.clock
    world.ask("c-1", Subscribe(action="subscribe", scope="mine"))
    assert world.clock - began < timedelta(seconds=10)
    world.calls.cost["sockets.post"] = 0.02
    world.settle()
    found = [each for each in told(world, "c-1") if isinstance(each, Snapshot)]
    assert len({each.transfer_id for message in found for each in message.transfers}) == 60
