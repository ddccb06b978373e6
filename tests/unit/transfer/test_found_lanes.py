"""The whole service finds the number of lanes out, and remembers what the partner refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from contracts.session_api import LanesView
from services.transfer.domain import lane_window
from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.status import Status
from services.transfer.handlers.api_sessions import sessions_view
from services.transfer.use_cases.show_sessions import show_sessions
from tests.fakes.callers import ANN
from tests.storm.world import BLOCK_BYTES, CHUNK_BYTES, StormWorld, small_blocks
from tests.unit.transfer.driving import content
from tests.unit.transfer.test_adaptive_lanes import a_world, at_work, go_on_until_at_work
from tests.unit.transfer.test_busy_destination import finish_all, requested

SECONDS_PER_WRITE = 0.04
BODY = content(600 * CHUNK_BYTES)
DOWN = ConnectionLost("sftp.acme.example", 22, "too many connections")


@contextmanager
def small_windows() -> Iterator[None]:
    """Windows that some small blocks fill."""
    kept = lane_window.BYTES_PER_LANE, lane_window.FEWEST_PER_LANE
    lane_window.BYTES_PER_LANE = lane_window.FEWEST_PER_LANE = 24 * BLOCK_BYTES
    try:
        with small_blocks():
            yield
    finally:
        lane_window.BYTES_PER_LANE, lane_window.FEWEST_PER_LANE = kept


def shown(world: StormWorld) -> LanesView:
    view = sessions_view(show_sessions("one", ANN, ports=world.ports))
    assert view.lanes is not None
    return view.lanes


def test_lanes_that_bring_nothing_go_and_the_api_says_why() -> None:
    """In this world all writes together take a fixed time, however many lanes there are."""
    with small_windows():
        world = a_world()
        world.buckets.put("outgoing", "reports/day.csv", BODY)
        world.calls.cost = {"sink.write": SECONDS_PER_WRITE}
        assert shown(world).why == "3 lanes to begin with: a round trip takes 40 ms."
        assert shown(world).decisions == ()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        began = world.ports.now()
        for _ in range(1_000):
            world.go_on_together(1, 5)
            if shown(world).target == 1:
                break
        lanes = shown(world)
        assert (lanes.target, lanes.most) == (1, 3)
        first, last = lanes.decisions[-1], lanes.decisions[0]
        assert (first.from_lanes, first.to_lanes, last.to_lanes) == (3, 2, 1)
        bytes_done = world.ports.ledger.progress(world.read(transfer).ledger).bytes_done
        moved_rate = bytes_done / (world.ports.now() - began).total_seconds()
        assert last.bytes_per_second == pytest.approx(moved_rate, rel=0.1)
        assert "Would one fewer do?" in lanes.why
        go_on_until_at_work(world, 1)
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files["/in/0.csv"]) == BODY


def test_a_login_that_is_refused_beside_others_takes_a_lane_and_is_remembered() -> None:
    with small_blocks():
        world = a_world()
        refused = world.calls.refuse("partner.connect", DOWN, after=2)
        transfer = requested(world, 0)
        go_on_until_at_work(world, 2)
        for _ in range(100):
            world.go_on_together(1, 2)
            if shown(world).target == 2:
                break
        assert "let no further session in, at 3 lanes" in shown(world).why
        refused.end()
        world.go_on_together(10, 5)
        assert at_work(world) <= 2
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED


def test_a_partner_that_is_away_costs_no_lane() -> None:
    with small_blocks():
        world = a_world()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        before = shown(world).target
        world.calls.refuse("sink.write", DOWN)
        world.calls.refuse("partner.connect", DOWN)
        world.go_on_together(10, 5)
        world.calls.forget()
        assert before - shown(world).target <= 1  # of all lanes that broke at once
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED


def test_what_is_known_of_another_server_does_not_count() -> None:
    world = a_world()
    place = world.ports.destinations.read("one").place
    with small_blocks():
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        finish_all(world, [transfer])
    known = world.targets.read("one")
    assert known is not None
    assert known.place == place
    world.targets.rows["one"] = replace(known, place="ferry@elsewhere:22", lanes=1, why="Old.")
    assert shown(world).target == 3
    assert "to begin with" in shown(world).why
    with small_blocks():
        second = requested(world, 1)
        go_on_until_at_work(world, 3)
        finish_all(world, [second])
    renewed = world.targets.read("one")
    assert renewed is not None
    assert renewed.place == place
