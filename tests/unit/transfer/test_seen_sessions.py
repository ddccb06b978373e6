"""People see who has a destination's sessions and where their transfers stand in the line."""

from datetime import timedelta

import pytest

from kernel.caller import Caller, Role
from services.transfer.domain.errors import DestinationNotFound
from services.transfer.domain.lane import Lane
from services.transfer.domain.session_names import Work, lane_ticket, step_holder, work_of
from services.transfer.domain.waiting import Waiter
from services.transfer.handlers.api_sessions import sessions_view
from services.transfer.use_cases.show_sessions import SHOWN, Sessions, show_sessions
from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, EVERYWHERE, OPERATOR, a_caller
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, until_moving
from tests.unit.transfer.waiting import free, parked, take_sessions, waiting_to_commit

CARL = a_caller("carl", Role.USER, destinations=EVERYWHERE)


def seen(world: World, caller: Caller = ANN, destination_id: str = "one") -> Sessions:
    return show_sessions(destination_id, caller, ports=world.ports)


def test_a_destination_at_rest_has_no_sessions_and_no_line() -> None:
    view = sessions_view(seen(World(), destination_id="acme"))
    assert (view.max_sessions, view.in_use, view.waiting) == (4, 0, 0)
    assert (view.holders, view.line, view.whole) == ((), (), True)


def test_a_lane_at_work_is_shown_to_those_who_may_see_its_transfer() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    shown: list[tuple[str, str | None, int | None]] = []

    def look() -> None:
        for caller in (ANN, OPERATOR, AUDITOR, ADMIN, CARL):
            view = sessions_view(seen(world, caller, "acme"))
            assert view.in_use == 1
            assert view.holders[0].since is not None
            assert view.holders[0].since <= world.clock
            holder = view.holders[0]
            shown.append((holder.kind, holder.transfer_id, holder.lane))

    world.calls.before("sink.write", look)
    world.run()
    assert shown == [*[("lane", transfer.id, 0)] * 4, ("lane", None, None)]


def test_a_step_and_a_test_at_work_are_told_apart() -> None:
    world = World()
    world.register("one", max_sessions=3)
    transfer = world.request(b"", destination_id="one")
    lane = Lane(transfer.id, 7, 12, 1, None, world.clock)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    names = (step_holder(transfer.id, "start-1"), "a test", lane_ticket(lane))
    for name in names:
        assert world.ports.slots.take("one", 3, name, world.clock, until)
    view = sessions_view(seen(world))
    found = [(each.kind, each.transfer_id, each.lane) for each in view.holders]
    assert found == [("step", transfer.id, None), ("other", None, None), ("lane", transfer.id, 12)]
    assert work_of("service/walk") is None
    assert work_of(f"{transfer.id}/step") == Work(transfer.id, None)


def test_a_step_of_a_workflow_is_seen_while_it_works() -> None:
    world = World()
    transfer, slot = waiting_to_commit(world)
    [waiting] = sessions_view(seen(world)).line
    assert (waiting.position, waiting.kind, waiting.transfer_id) == (1, "step", transfer.id)
    free(world, slot)
    kinds: set[tuple[str, str | None]] = set()

    def look() -> None:
        kinds.update((each.kind, each.transfer_id) for each in sessions_view(seen(world)).holders)

    world.calls.before("partner.rename", look)
    world.run()
    assert ("step", transfer.id) in kinds


def test_a_waiting_transfer_is_shown_with_its_place_and_to_others_as_somebody() -> None:
    world = World()
    transfer, _ = parked(world)
    own = sessions_view(seen(world)).line
    assert [(each.position, each.kind, each.transfer_id) for each in own] == [
        (1, "lane", transfer.id)
    ]
    assert not own[0].has_session
    [others] = sessions_view(seen(world, CARL)).line
    assert (others.transfer_id, others.position, others.since) == (None, 1, own[0].since)
    for caller in (OPERATOR, AUDITOR, ADMIN):
        assert sessions_view(seen(world, caller)).line == own


def test_whoever_may_not_see_the_destination_is_told_that_there_is_none() -> None:
    world = World()
    world.register("one")
    for name in ("one", "none-such"):
        with pytest.raises(DestinationNotFound):
            seen(world, BOB, name)
    with pytest.raises(DestinationNotFound):
        seen(world, ADMIN, "none-such")


def wait(world: World, transfer_id: str, at: float, owner: str, lane: int = 0) -> None:
    since = world.clock + timedelta(seconds=at)
    ticket = lane_ticket(Lane(transfer_id, 1, lane, 1, None, since))
    world.ports.slots.wait(Waiter("one", ticket, since, 1, owner=owner))


def test_a_transfer_stands_where_its_first_lane_does() -> None:
    world = World()
    world.register("one", max_sessions=2)
    for number, (transfer_id, lane) in enumerate([("b", 1), ("a", 0), ("b", 0), ("c", 0)]):
        wait(world, transfer_id, number, "ann", lane)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    assert world.ports.slots.take("one", 9, "c/1/lane-1", world.clock, until)
    sessions = seen(world, OPERATOR)
    line = sessions_view(sessions).line
    assert [(each.position, each.transfer_id) for each in line] == [(1, "b"), (2, "a"), (3, "c")]
    assert [each.has_session for each in line] == [False, False, True]
    assert sessions.waiting == 3


def test_of_a_long_line_the_head_is_shown_and_the_callers_own_behind_it() -> None:
    world = World()
    world.register("one")
    behind = (SHOWN + 7, 2 * SHOWN)
    for number in range(3 * SHOWN):
        wait(world, f"t-{number}", number, "ann" if number in behind else "bob")
    sessions = seen(world)
    assert sessions.waiting == 3 * SHOWN
    positions = [each.position for each in sessions_view(sessions).line]
    assert positions == [*range(1, SHOWN + 1), *(number + 1 for number in behind)]
    assert len(seen(world, OPERATOR).line) == SHOWN
    wait(world, "all of anns", -1, "ann")
    for number in range(2 * SHOWN):
        wait(world, f"ann-{number}", 10_000 + number, "ann")
    assert len(seen(world).line) == 2 * SHOWN


def test_a_line_too_long_to_be_read_has_no_places() -> None:
    world = World()
    world.register("one", max_sessions=1)
    take_sessions(world, 1)
    for number in range(9):
        wait(world, f"t-{number}", -number, "ann")
    world.slots.look_rows = 8
    sessions = seen(world)
    assert (sessions.whole, sessions.line, sessions.waiting) == (False, [], 7)
    assert len(sessions.holders) == 1
