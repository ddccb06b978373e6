"""A server that takes fewer sessions than max_sessions says makes transfers wait, and none fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    ConnectionLost,
    NoSessionFree,
    PartnerError,
    PasswordRejected,
    SessionRefused,
    TooManySessions,
)
from services.transfer.domain.server_profile import RECOVERS, SessionsFound
from services.transfer.domain.session_bound import RAISED_SECONDS, SessionBound
from services.transfer.domain.session_words import cautions_of_sessions
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.partner_session import partner_session, step_session
from services.transfer.domain_services.recover_sessions import recover_sessions
from services.transfer.domain_services.refused_session import CUT_IN_A_ROW, let_in_of_late
from services.transfer.handlers.workflow_step import SessionsBusy, run_step
from services.transfer.use_cases.manage_destinations import change_destination
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.show_sessions import show_sessions
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.actors import Actor, Stage
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, until_state

FILES = 10
FULL = SessionRefused("sftp.acme.example", 22, "no more for you")
REFUSALS = [FULL, PasswordRejected("sftp.acme.example", "ferry")]
CUT = ConnectionLost("sftp.acme.example", 22, "before the SSH handshake was complete")
COUNTED_AT = World().clock


def taking(world: World, most: int, refusal: PartnerError = FULL) -> list[int]:
    """The server takes so many sessions at once. The list grows with each refusal."""
    refused: list[int] = []

    def login(_wanted: Callable[[], bool]) -> None:
        if world.partner.open_sessions >= most:
            refused.append(world.partner.open_sessions)
            raise refusal

    world.partner.logging_in = login
    return refused


def many(world: World) -> list[Transfer]:
    world.buckets.put("outgoing", "reports/day.csv", b"small")
    wishes = (world.wish(target_path=f"{number}.csv") for number in range(FILES))
    transfers = [request_transfer(each, ANN, None, ports=world.ports) for each in wishes]
    for each in transfers:
        start_workflow(each.id, each.run, ports=world.ports)
    return transfers


def all_at_once(world: World) -> None:
    stage = Stage()

    def raise_error(actor: Actor) -> None:
        if actor.error is not None:
            raise actor.error

    while world.workflow.advance() or world.queue.messages or stage.actors:
        while world.workflow.advance():
            pass
        while world.queue.messages:
            stage.start("lane", world.drive_lane, raise_error)
        for lane in list(stage.actors):
            lane.advance()


@pytest.mark.parametrize(
    ("refusal", "one_handle"),
    [(FULL, False), (REFUSALS[1], True), (CUT, False)],
    ids=["small", "one handle", "cut"],
)
def test_many_small_files_all_arrive_where_two_sessions_are_let_in(
    refusal: PartnerError, one_handle: bool
) -> None:
    world = World()
    world.ports = replace(world.ports, pause=world.pass_time)  # others go on meanwhile
    refused = taking(world, 2, refusal)
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    profile = replace(known.profile, reopen=not one_handle)
    world.ports.destinations.save(replace(known, max_sessions=8, profile=profile))
    world.calls.cost = {"sink.write": 3.0, "partner.connect": 1.5}
    transfers = many(world)
    all_at_once(world)
    assert {world.read(each).status for each in transfers} == {Status.COMPLETED}
    assert world.partner.most_sessions == 2
    each = CUT_IN_A_ROW if refusal is CUT else 1
    assert len(refused) < 2 * each * world.policy.lanes_per_destination


def bound(world: World, sessions: int) -> None:
    world.ports.slots.bind(SessionBound("acme", sessions, world.clock))


def test_a_step_that_is_refused_waits_for_a_session_instead_of_counting_failures() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    taking(world, 1, REFUSALS[1])
    event = {"step": "CommitTarget", "transfer_id": transfer.id, "run": 1}
    with partner_session("acme", ports=world.ports), pytest.raises(SessionsBusy):
        run_step(event, world.ports)
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == TooManySessions.code
    world.run()
    assert_completed(world, transfer)


def test_a_step_that_is_logged_in_counts_when_another_session_is_refused() -> None:
    """Nobody takes the password for a wrong one then."""
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    with step_session(world.read(transfer), ports=world.ports):
        taking(world, 1, REFUSALS[1])
        with (
            pytest.raises(TooManySessions, match=r"while 1 other\(s\) of ours were open"),
            partner_session("acme", ports=world.ports),
        ):
            raise AssertionError("a session")


def test_a_wrong_new_password_is_told_as_that_beside_a_session_of_the_old_one() -> None:
    """It would be sent again and again until the partner locks the account."""
    world = World()
    bound(world, 1)
    wrong = Credential(password="typo")
    with partner_session("acme", ports=world.ports):
        world.pass_time(1)
        change_destination("acme", {}, wrong, ADMIN, ports=world.ports)
        assert let_in_of_late(world.ports.destinations.read("acme"), ports=world.ports) is None
        world.pass_time(1)
        taking(world, 0, REFUSALS[1])
        with (
            pytest.raises(PasswordRejected),
            partner_session("acme", ports=world.ports),
        ):
            raise AssertionError("a session")


def test_what_was_refused_of_late_is_not_tried_and_is_told() -> None:
    world = World()
    bound(world, 1)
    with (
        partner_session("acme", ports=world.ports),
        pytest.raises(NoSessionFree, match=r"1 session, and it is in use .* more just now"),
        partner_session("acme", ports=world.ports),
    ):
        raise AssertionError("a session")


def test_one_session_more_is_tried_every_ten_minutes() -> None:
    found = SessionBound("acme", 2, COUNTED_AT)
    seconds = (0, RAISED_SECONDS - 1, RAISED_SECONDS, 2 * RAISED_SECONDS, -RAISED_SECONDS)
    most = [found.most_at(COUNTED_AT + timedelta(seconds=each)) for each in seconds]
    assert most == [2, 2, 3, 4, 3]


def test_a_word_about_the_password_is_tried_again_while_the_server_may_count_one_that_ended() -> (
    None
):
    world = World()
    bound(world, 1)
    taking(world, 0, REFUSALS[1])
    with (
        pytest.raises(TooManySessions, match="one of ours that had ended"),
        partner_session("acme", ports=world.ports),
    ):
        raise AssertionError("a session")
    world.pass_time(5 * RAISED_SECONDS)
    with pytest.raises(PasswordRejected), partner_session("acme", ports=world.ports):
        raise AssertionError("a session")


def counted(world: World, at_once: int) -> None:
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    found = SessionsFound(at_once, COUNTED_AT, refused="no more")
    world.ports.destinations.save(replace(known, profile=replace(known.profile, sessions=found)))


def grown(world: World) -> int:
    return recover_sessions(world.ports.destinations.read("acme"), ports=world.ports).sessions


def test_a_number_that_was_counted_grows_by_one_each_day_and_not_above_max_sessions() -> None:
    world = World()
    world.clock = COUNTED_AT
    counted(world, 1)
    seen = []
    for _ in range(5):
        seen.append(grown(world))
        world.clock += RECOVERS
        assert grown(world) == grown(world)
    assert seen == [1, 2, 3, 4, 4]
    assert not list(cautions_of_sessions(world.ports.destinations.read("acme")))


def test_a_number_that_has_grown_falls_back_when_the_server_refuses_again() -> None:
    world = World()
    world.clock = COUNTED_AT + RECOVERS
    counted(world, 1)
    assert grown(world) == 2
    [told] = cautions_of_sessions(world.ports.destinations.read("acme"))
    assert told == (
        "max_sessions is 4, but the server took only 1 at once (the next one: no more)."
        " One more is tried each day: 2 are opened by now."
    )
    with partner_session("acme", ports=world.ports):
        taking(world, 1)
        with pytest.raises(TooManySessions), partner_session("acme", ports=world.ports):
            raise AssertionError("a session")
    assert grown(world) == 1
    world.clock += RECOVERS
    assert grown(world) == 2


def test_a_lane_lets_the_number_grow() -> None:
    world = World()
    world.clock = COUNTED_AT + RECOVERS
    counted(world, 1)
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)
    assert world.ports.destinations.read("acme").sessions == 2


def test_as_many_lanes_as_were_let_in_of_late_are_shown_and_why() -> None:
    world = World()
    bound(world, 1)
    shown = show_sessions("acme", ANN, ports=world.ports).lanes
    assert shown.target == 1
    assert shown.known.why == "1 lane at the most: the server takes no more now."
    world.pass_time(RAISED_SECONDS)
    assert show_sessions("acme", ANN, ports=world.ports).lanes.target == 2
