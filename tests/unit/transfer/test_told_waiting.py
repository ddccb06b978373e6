"""Who waits for a session is told what the partner allows, and what of it they may have."""

import pytest

from services.transfer.domain.errors import NoSessionFree
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY
from tests.unit.transfer.waiting import parked, take_sessions, waiting_to_commit


def message(sessions: int, limit: int, limited_by: str = "sessions") -> str:
    return str(NoSessionFree("ACME", "acme", sessions, limit, limited_by))


@pytest.mark.parametrize(
    ("sessions", "limit", "words"),
    [
        (1, 1, "'ACME' allows 1 session, and it is in use or kept for"),
        (2, 2, "'ACME' allows 2 sessions, and both are in use or kept for"),
        (4, 4, "'ACME' allows 4 sessions, and all 4 are in use or kept for"),
        (2, 1, "'ACME' allows 2 sessions, and the one that lanes may have is in use or kept for"),
        (4, 3, "'ACME' allows 4 sessions, and the 3 that lanes may have are in use or kept for"),
    ],
)
def test_the_sentence_counts_what_is_allowed_and_what_is_taken(
    sessions: int, limit: int, words: str
) -> None:
    assert message(sessions, limit).startswith(words)


def test_more_sessions_are_advised_only_where_they_would_help() -> None:
    assert "Raise max_sessions of 'acme'" in message(4, 3)
    for limited_by in ("workers", "target"):
        assert "max_sessions" not in message(4, 3, limited_by)
    assert "LaneConcurrency" in message(4, 3, "workers")
    assert "have not moved more" in message(4, 3, "target")


def failure_of(world: World, destination_id: str) -> str:
    [transfer] = [
        each
        for each in world.ports.transfers.open_transfers()
        if each.destination_id == destination_id
    ]
    assert transfer.failure is not None
    assert transfer.failure.code == "no_session_free"
    return transfer.failure.message


def test_a_lane_and_a_step_that_wait_are_told_of_their_own_limit() -> None:
    world = World()
    parked(world)
    assert failure_of(world, "one").startswith("'ACME' allows 1 session, and it is in use")
    world = World()
    waiting_to_commit(world)
    assert failure_of(world, "one").startswith("'ACME' allows 3 sessions, and all 3 are in use")


def test_lanes_that_have_all_workers_of_one_partner_are_told_so() -> None:
    world = World()
    world.register("one", max_sessions=10)
    share = world.policy.lanes_per_destination
    take_sessions(world, share)
    world.request(BODY, destination_id="one")
    world.run()
    told = failure_of(world, "one")
    assert told.startswith(f"'ACME' allows 10 sessions, and the {share} that lanes may have are")
    assert "LaneConcurrency" in told
