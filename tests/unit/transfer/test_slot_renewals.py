"""One beat that fails costs a step neither its own slot nor its session's."""

from datetime import timedelta

import pytest

from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.slot_pulse import RENEWALS_PER_LEASE
from tests.fakes.world import World
from tests.servers.sites import size_at
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, until_state

SLOTS = 2
AT_LOGIN = 1  # one renewal says that the session is open
TIMED_OUT = RuntimeError("DynamoDB: timeout")


def committing() -> tuple[World, Transfer]:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    return world, transfer


def in_use(world: World, transfer: Transfer) -> int:
    now = world.ports.now()
    until = now + timedelta(seconds=world.policy.lease_seconds)
    named = (transfer.destination_id, f"transfer/{transfer.id}")
    return sum(world.ports.slots.line(each, now, until).in_use.sessions for each in named)


@pytest.mark.parametrize("failed", range(SLOTS))
def test_a_renewal_that_fails_once_leaves_both_slots_to_the_next_beat(failed: int) -> None:
    """The slot that was renewed is renewed again from its new end, and not from its old one."""
    world, transfer = committing()
    every = world.policy.lease_seconds / RENEWALS_PER_LEASE + 1
    timed_out = world.calls.fail("slots.renew", TIMED_OUT, after=AT_LOGIN + failed)
    with step_session(world.read(transfer), ports=world.ports) as visit:
        for _ in range(2 * RENEWALS_PER_LEASE):
            world.pass_time(every)
            size_at(visit.session, TARGET)
    assert timed_out()
    assert world.calls.beats_broken == [TIMED_OUT]
    world.run()
    assert_completed(world, transfer)


def test_renewals_that_fail_for_as_long_as_a_lease_end_the_session() -> None:
    """From then on others may use its slot."""
    world, transfer = committing()
    refused = world.calls.refuse("slots.renew", TIMED_OUT, after=AT_LOGIN)
    with step_session(world.read(transfer), ports=world.ports) as visit:
        world.pass_time(world.policy.lease_seconds + 1)
        with pytest.raises(ConnectionLost):
            size_at(visit.session, TARGET)
    refused.end()
    world.run()
    assert_completed(world, transfer)


def test_slots_that_cannot_be_freed_end_with_their_leases() -> None:
    world, transfer = committing()
    world.calls.fail("slots.free", TIMED_OUT)
    with (
        pytest.raises(RuntimeError, match="timeout"),
        step_session(world.read(transfer), ports=world.ports),
    ):
        assert in_use(world, transfer) == SLOTS
    assert in_use(world, transfer) == SLOTS
    world.pass_time(world.policy.lease_seconds + 1)
    world.run()
    assert_completed(world, transfer)
