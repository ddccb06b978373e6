"""No secret and no file gets lost when a destination is registered twice or changed under way."""

from dataclasses import replace

import pytest

from kernel.idempotency import Idempotency
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol
from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationExists,
    DestinationInUse,
    VersionMismatch,
)
from services.transfer.domain.server_profile import SessionsFound
from services.transfer.domain.status import Status
from services.transfer.domain_services.partner_session import with_credential
from services.transfer.use_cases.manage_destinations import change_destination, delete_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from tests.fakes.callers import ADMIN
from tests.fakes.partners import HOST_KEY
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, fail_half_way, until_moving

WISH = NewDestination(
    "partner", "Partner", Protocol.SFTP, "sftp.example", 22, "ferry", "/", 1, (HOST_KEY,)
)
KEY = Idempotency("ann/POST /destinations/k", "the body's hash")
OLD, NEW = Credential(password="old"), Credential(password="new")


def secret_of(world: World, destination_id: str) -> Credential:
    secret_id = world.ports.destinations.read(destination_id).secret_id
    assert secret_id is not None
    return world.vault.read(secret_id)


def test_a_repeated_registration_does_not_bring_back_the_old_secret() -> None:
    world = World()
    first = register_destination(WISH, OLD, ADMIN, KEY, ports=world.ports)
    change_destination("partner", {}, NEW, ADMIN, ports=world.ports)
    secrets = dict(world.vault.secrets)
    again = register_destination(WISH, OLD, ADMIN, KEY, ports=world.ports)
    assert again.created_at == first.created_at
    assert secret_of(world, "partner") == NEW
    assert world.vault.secrets == secrets


def test_a_refused_registration_leaves_no_secret_and_touches_none() -> None:
    world = World()
    register_destination(WISH, OLD, ADMIN, None, ports=world.ports)
    secrets = dict(world.vault.secrets)
    with pytest.raises(DestinationExists):
        register_destination(WISH, NEW, ADMIN, None, ports=world.ports)
    assert world.vault.secrets == secrets
    assert secret_of(world, "partner") == OLD


CONNECTION_CHANGES: list[dict[str, object]] = [
    {"host": "elsewhere.example"},
    {"port": 2222},
    {"user": "somebody"},
    {"base_path": "/elsewhere"},
]


@pytest.mark.parametrize("changes", CONNECTION_CHANGES, ids=lambda each: next(iter(each)))
def test_a_destination_does_not_move_under_a_transfer(changes: dict[str, object]) -> None:
    world = World()
    before = world.ports.destinations.read("acme")
    transfer = world.request(BODY)
    with pytest.raises(DestinationInUse, match=transfer.id):
        change_destination("acme", changes, None, ADMIN, ports=world.ports)
    until_moving(world)
    with pytest.raises(DestinationInUse, match=transfer.id):
        change_destination("acme", changes, None, ADMIN, ports=world.ports)
    assert world.ports.destinations.read("acme") == before
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    change_destination("acme", changes, None, ADMIN, ports=world.ports)


def test_what_moves_nothing_may_change_under_a_transfer() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    changes = {"name": "Acme & Co", "max_sessions": 2, "host": "sftp.acme.example"}
    change_destination("acme", changes, NEW, ADMIN, ports=world.ports)
    assert secret_of(world, "acme") == NEW
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_a_destination_may_move_when_only_a_part_file_for_a_retry_is_left() -> None:
    world = World()
    fail_half_way(world)
    moved = change_destination("acme", {"base_path": "/new"}, None, ADMIN, ports=world.ports)
    assert moved.base_path == "/new"


def test_a_new_credential_takes_the_place_of_the_old_one_whole() -> None:
    world = World()
    first = register_destination(WISH, OLD, ADMIN, None, ports=world.ports)
    changed = change_destination("partner", {}, NEW, ADMIN, ports=world.ports)
    assert secret_of(world, "partner") == NEW
    assert changed.secret_id != first.secret_id
    assert first.secret_id not in world.vault.secrets


def test_a_change_that_came_too_late_leaves_record_and_credential_as_they_were() -> None:
    world = World()
    register_destination(WISH, OLD, ADMIN, None, ports=world.ports)
    secrets = dict(world.vault.secrets)

    world.calls.refuse("destinations.save", DestinationChanged("partner"))
    with pytest.raises(DestinationChanged):
        change_destination("partner", {}, NEW, ADMIN, ports=world.ports)
    assert world.vault.secrets == secrets
    assert secret_of(world, "partner") == OLD


def test_a_credential_exchanged_while_a_lane_begins_is_no_failure() -> None:
    world = World()
    register_destination(WISH, OLD, ADMIN, None, ports=world.ports)

    def exchange() -> None:
        change_destination("partner", {}, NEW, ADMIN, ports=world.ports)

    exchanged = world.calls.before("vault.read", exchange)
    assert with_credential("partner", ports=world.ports)[1] == NEW
    assert exchanged()


def test_a_destination_registered_again_has_another_tag() -> None:
    world = World()
    first = register_destination(WISH, OLD, ADMIN, None, ports=world.ports)
    delete_destination("partner", ADMIN, first.tag, ports=world.ports)
    world.pass_time(1)
    second = register_destination(WISH, OLD, ADMIN, None, ports=world.ports)
    assert second.tag > first.tag
    with pytest.raises(VersionMismatch):
        change_destination("partner", {"name": "Mine"}, None, ADMIN, first.tag, ports=world.ports)


def learn(world: World, found: SessionsFound) -> None:
    """As a lane or a probe does."""
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    profile = replace(known.profile, sessions=found)
    world.ports.destinations.save(replace(known, profile=profile))


@pytest.mark.parametrize("moment", ["before the edit", "in the middle of it"])
def test_what_lanes_find_out_costs_nobody_an_edit_and_is_kept(moment: str) -> None:
    world = World()
    read = world.ports.destinations.read("acme")
    found = SessionsFound(3, world.ports.now(), refused="too many")
    if moment == "before the edit":
        learn(world, found)
    else:
        world.calls.before("destinations.save", lambda: learn(world, found))
    edited = change_destination("acme", {"name": "Ours"}, None, ADMIN, read.tag, ports=world.ports)
    assert edited.tag == read.tag + 1
    assert edited.profile is not None
    assert (edited.name, edited.profile.sessions) == ("Ours", found)
    with pytest.raises(VersionMismatch):
        change_destination("acme", {"name": "Mine"}, None, ADMIN, read.tag, ports=world.ports)


def test_an_edit_that_leads_elsewhere_keeps_nothing_that_was_found_meanwhile() -> None:
    world = World()
    found = SessionsFound(3, world.ports.now(), refused="too many")
    world.calls.before("destinations.save", lambda: learn(world, found))
    change_destination("acme", {"port": 2222}, None, ADMIN, ports=world.ports)
    assert world.ports.destinations.read("acme").profile is None
