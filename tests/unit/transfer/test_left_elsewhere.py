"""Files that a transfer left at a place where its destination does not lead any more."""

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import NoSpace
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.manage_destinations import change_destination
from tests.fakes.callers import ADMIN
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, broken, until_moving

A_MINUTE = 60
MINUTES = 120


def left_at_another_users(world: World) -> Transfer:
    """A failed transfer whose part file was not removed. The destination has another user since."""
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("sink.write", NoSpace("/in", 0))
    refused = world.calls.refuse("partner.remove", broken)
    world.run()
    refused.end()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert list(ended.left_behind) == world.parts() != []
    change_destination("acme", {"user": "other"}, None, ADMIN, ports=world.ports)
    return ended


def sweep_each_minute(world: World, transfer: Transfer) -> int:
    """Returns how many logins the sweeps took."""
    before = world.partner.calls["connect"]
    for _ in range(MINUTES):
        world.pass_time(A_MINUTE)
        sweep_transfer(transfer.id, ports=world.ports)
    return world.partner.calls["connect"] - before


def test_a_leftover_at_another_place_makes_nobody_log_in() -> None:
    """A login could remove nothing. One each minute for two weeks gets us blocked there."""
    world = World()
    ended = left_at_another_users(world)
    assert sweep_each_minute(world, ended) == 0
    assert world.read(ended).left_behind == ended.left_behind


def test_a_leftover_is_removed_when_the_destination_leads_to_its_place_again() -> None:
    world = World()
    ended = left_at_another_users(world)
    sweep_each_minute(world, ended)
    change_destination("acme", {"user": "ferry"}, None, ADMIN, ports=world.ports)
    assert sweep_each_minute(world, ended) == 0  # it has no credential yet
    assert world.read(ended).left_behind == ended.left_behind
    change_destination("acme", {}, Credential(password="pw"), ADMIN, ports=world.ports)
    assert sweep_each_minute(world, ended) == 1
    assert world.parts() == []
    assert world.read(ended).tidy
