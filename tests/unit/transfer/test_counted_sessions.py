"""How many sessions a server takes at once is found out gently, and lanes are planned with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    DestinationChanged,
    PartnerError,
    PasswordRejected,
    SessionRefused,
)
from services.transfer.domain.lane import Lane, Slot
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.server_profile import FRESH, RECOVERS, SessionsFound
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.session_names import lane_ticket
from services.transfer.domain.strategy import Wish, choose_strategy
from services.transfer.domain_services.count_sessions import NO_TIME
from services.transfer.domain_services.recover_sessions import recover_sessions
from services.transfer.use_cases.manage_destinations import change_destination
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.world import POLICY, World
from tests.unit.transfer.driving import BODY, assert_completed, until_moving

COUNTING = replace(POLICY, session_test_seconds=18)
HOST = ("sftp.acme.example", 22)
REFUSALS = [
    SessionRefused(*HOST, "no more channels"),
    ConnectionLost(*HOST, "before the SSH handshake was complete"),
    PasswordRejected(HOST[0], "ferry"),
]


def world_with(most: int | None, refusal: PartnerError = REFUSALS[0]) -> World:
    """A server that takes so many sessions at once."""
    world = World(policy=COUNTING)
    partner = world.partner

    def login(_wanted: Callable[[], bool]) -> None:
        if most is not None and partner.open_sessions >= most:
            raise refusal

    partner.logging_in = login
    return world


def after_a_test(world: World) -> Destination:
    result = probe_destination("acme", ADMIN, ports=world.ports)
    assert result.failure is None
    return world.ports.destinations.read("acme")


def found(destination: Destination) -> SessionsFound:
    assert destination.profile is not None
    assert destination.profile.sessions is not None
    return destination.profile.sessions


def test_a_server_that_takes_all_gets_no_more_than_max_sessions() -> None:
    world = world_with(None)
    counted = found(after_a_test(world))
    assert (counted.at_once, counted.refused, counted.untried) == (4, None, None)
    assert (world.partner.most_sessions, world.partner.open_sessions) == (4, 0)
    assert not world.ports.slots.line("acme", world.clock, world.clock).in_use.sessions


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: error.code)
@pytest.mark.parametrize("most", [1, 2])
def test_the_first_refusal_ends_the_count_and_bounds_the_lanes(
    refusal: PartnerError, most: int
) -> None:
    world = world_with(most, refusal)
    world.partner.calls.clear()
    destination = after_a_test(world)
    assert found(destination).at_once == most
    assert found(destination).refused
    assert world.partner.calls["connect"] == most + 1
    assert destination.sessions == most
    strategy = choose_strategy(destination, Wish(lanes=4))
    assert strategy.lanes == 1
    assert strategy.why == "One lane: the server takes no more at once."
    [caution] = strategy.cautions
    assert f"max_sessions is 4, but the server took only {most} at once" in caution
    world.partner.calls.clear()
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)
    assert world.partner.most_sessions <= most


def test_nothing_is_counted_while_transfers_use_sessions() -> None:
    world = world_with(None)
    until = world.clock + timedelta(seconds=90)
    slot = world.ports.slots.take("acme", 4, "somebody", world.clock, until)
    assert slot is not None
    world.partner.calls.clear()
    counted = found(after_a_test(world))
    assert world.partner.calls["connect"] == 1
    assert counted.at_once == 4  # as counted at the registration


def test_a_count_that_stops_for_others_keeps_the_refusal_that_was_found_before() -> None:
    world = world_with(2)
    before = found(after_a_test(world))
    until = world.clock + timedelta(seconds=90)
    taken = world.ports.slots.take("acme", 2, "somebody", world.clock, until)
    assert taken is not None
    assert found(after_a_test(world)) == before


def test_a_server_that_answers_slowly_is_counted_for_as_long_as_a_caller_waits() -> None:
    world = World()
    world.ports = replace(world.ports, policy=COUNTING)
    world.calls.cost["partner.connect"] = 7.0
    begun = world.clock
    counted = found(after_a_test(world))
    assert (world.clock - begun).total_seconds() < 29
    assert (counted.at_once, counted.untried) == (2, NO_TIME)


def test_an_old_count_is_not_kept() -> None:
    world = world_with(1)
    profile = after_a_test(world).profile
    assert profile is not None
    later = replace(profile, sessions=None)
    assert later.with_sessions_of(profile, world.clock).sessions is not None
    assert later.with_sessions_of(profile, world.clock + FRESH).sessions is None


def another_lane(world: World, *, logged_in: bool) -> Slot:
    """Of another transfer, which has a slot."""
    until = world.clock + timedelta(seconds=90)
    queued = Lane("other", 1, 0, 1, None, until)
    assert world.ports.lanes.queue(queued)
    lane = world.ports.lanes.take(LedgerId("other", 1), 0, 1, "else", world.clock, until)
    assert lane is not None
    if logged_in:
        world.ports.lanes.beat(replace(lane, session_since=world.clock), until, 0)
    slot = world.ports.slots.take("acme", 4, lane_ticket(lane), world.clock, until)
    assert slot is not None
    return slot


@pytest.mark.parametrize("refusal", [REFUSALS[0], REFUSALS[2]], ids=lambda error: error.code)
def test_a_server_that_refuses_one_session_more_is_tried_again_and_keeps_its_count(
    refusal: PartnerError,
) -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    partner = world.partner

    def login(_wanted: Callable[[], bool]) -> None:
        if partner.open_sessions:
            raise refusal

    partner.logging_in = login
    other = another_lane(world, logged_in=True)
    partner.open_sessions += 1
    world.drive_lane()
    assert world.ports.destinations.read("acme").sessions == 4
    failure = world.read(transfer).failure
    assert failure is not None
    assert (failure.code, failure.retryable) == ("too_many_sessions", True)
    assert "while 1 other(s) of ours were open" in failure.message
    partner.open_sessions -= 1
    world.ports.slots.free(other)
    world.run()
    assert_completed(world, transfer)


def test_a_lane_that_logged_in_a_moment_ago_is_waited_for() -> None:
    """Its row says so with its next beat."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    another_lane(world, logged_in=False)

    def beat(_seconds: float) -> None:
        [lane] = world.ports.lanes.lanes(LedgerId("other", 1))
        world.ports.lanes.beat(replace(lane, session_since=world.clock), lane.until, 0)

    world.ports = replace(world.ports, pause=beat)
    world.partner.password = "another"
    world.drive_lane()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "too_many_sessions"


def test_a_wrong_password_is_told_while_another_lane_is_still_logging_in() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.partner.password = "another"
    another_lane(world, logged_in=False)
    world.partner.calls.clear()
    world.drive_lane()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "password_rejected"
    assert world.partner.calls["connect"] == 1
    assert world.ports.destinations.read("acme").sessions == 4


def test_a_wrong_password_stays_one_where_nothing_is_known_of_the_server() -> None:
    world = World()
    world.ports.destinations.save(replace(world.ports.destinations.read("acme"), profile=None))
    transfer = world.request(BODY)
    world.partner.password = "another"
    another_lane(world, logged_in=True)
    world.run()
    ended = world.read(transfer)
    assert ended.failure is not None
    assert ended.failure.code == "password_rejected"


def test_a_lane_that_changes_the_count_meanwhile_does_not_refuse_the_test() -> None:
    world = world_with(2)
    after_a_test(world)
    world.pass_time(RECOVERS.total_seconds())
    store = world.ports.destinations
    world.calls.before(
        "partner.probe", lambda: recover_sessions(store.read("acme"), ports=world.ports)
    )
    assert found(after_a_test(world)).at_once == 2


def test_a_change_by_a_person_meanwhile_refuses_the_test() -> None:
    world = World()
    change = partial(change_destination, "acme", {"name": "Other"}, None, ADMIN, ports=world.ports)
    world.calls.before("partner.probe", change)
    with pytest.raises(DestinationChanged):
        after_a_test(world)


def test_a_test_without_time_for_a_further_session_keeps_what_was_refused_of_late() -> None:
    world = World()
    world.ports = replace(world.ports, policy=COUNTING)
    world.ports.slots.bind(SessionBound("acme", 2, world.clock))
    world.calls.cost["partner.connect"] = 7.0
    assert found(after_a_test(world)).untried == NO_TIME
    assert world.ports.slots.look("acme", world.clock, world.clock).most == 2
