"""Only what a role or a grant names is allowed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kernel.caller import Caller, Role, SourceGrant
from services.transfer.domain.errors import (
    DestinationNotFound,
    DestinationNotGranted,
    RoleMissing,
    SourceNotGranted,
    TransferNotFound,
    WrongState,
)
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.use_cases.browse import list_buckets
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.read_state import read_state
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.show_destinations import list_destinations
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, EVERYTHING, EVERYWHERE, OPERATOR, a_caller
from tests.fakes.world import World
from tests.unit.transfer.driving import until_moving

Act = Callable[..., object]
STEERING = [pause_transfer, resume_transfer, cancel_transfer, retry_transfer]


def granted(*sources: tuple[str, str]) -> Caller:
    return a_caller("gil", Role.USER, sources=tuple(SourceGrant(*each) for each in sources))


@pytest.mark.parametrize(
    ("grant", "bucket", "key", "allowed"),
    [
        (("a", ""), "a", "any/key", True),
        (("a", ""), "b", "any/key", False),
        (("a", "reports/"), "a", "reports/x", True),
        (("a", "reports/"), "a", "reports", False),
        (("a", "reports/"), "a", "reportsx/x", False),
        (("a", "reports/"), "a", "Reports/x", False),
        (("a", "reports/"), "a", "x/reports/x", False),
        (("*", "reports/"), "b", "reports/x", True),
        (("*", "reports/"), "b", "x", False),
    ],
)
def test_a_grant_covers_the_keys_that_begin_with_its_prefix(
    grant: tuple[str, str], bucket: str, key: str, allowed: bool
) -> None:
    assert granted(grant).may_read(bucket, key) is allowed


def test_a_destination_is_granted_by_its_id_or_all_are() -> None:
    some = a_caller("gil", Role.USER, destinations=("acme",))
    assert [some.may_send_to(each) for each in ("acme", "acm", "acme2", "*")] == [1, 0, 0, 0]
    assert ANN.may_send_to("anything")


def test_a_start_needs_a_role_that_sends_and_both_grants() -> None:
    world = World()
    refusals = {
        SourceNotGranted: a_caller("u", Role.USER, destinations=EVERYWHERE),
        DestinationNotGranted: a_caller("u", Role.USER, sources=EVERYTHING),
        RoleMissing: a_caller("u", Role.AUDITOR, sources=EVERYTHING, destinations=EVERYWHERE),
    }
    wish = world.wish(source=ObjectRef("outgoing", "k"))  # which does not exist; nobody is told
    for refusal, caller in refusals.items():
        with pytest.raises(refusal):
            request_transfer(wish, caller, None, ports=world.ports)
    assert list(world.ports.transfers.open_transfers()) == []
    assert world.calls.counts["look.authorize"] == 0
    world.buckets.put("outgoing", "k", b"body")
    assert request_transfer(wish, ANN, None, ports=world.ports).owner == "ann"


def test_a_refusal_does_not_tell_whether_a_destination_exists() -> None:
    world = World()
    caller = a_caller("u", Role.USER, sources=EVERYTHING)
    said = []
    for destination_id in ("acme", "nobody"):
        wish = world.wish(destination_id=destination_id)
        with pytest.raises(DestinationNotGranted) as refused:
            request_transfer(wish, caller, None, ports=world.ports)
        said.append(str(refused.value).replace(destination_id, "X"))
    assert said[0] == said[1]


@pytest.mark.parametrize("caller", [ANN, OPERATOR, AUDITOR, ADMIN], ids=lambda each: each.name)
def test_the_owner_operators_auditors_and_admins_see_a_transfer(caller: Caller) -> None:
    world = World()
    transfer = world.request(b"x")
    assert read_state(transfer.id, caller, ports=world.ports).transfer.id == transfer.id


def test_to_others_a_transfer_does_not_exist() -> None:
    world = World()
    transfer = world.request(b"x")
    acts: list[Act] = [read_state, *STEERING]
    for act in acts:
        with pytest.raises(TransferNotFound):
            act(transfer.id, BOB, ports=world.ports)
    assert world.read(transfer).status is Status.REQUESTED


@pytest.mark.parametrize("act", STEERING, ids=lambda act: act.__name__)
@pytest.mark.parametrize("caller", [AUDITOR, ADMIN], ids=lambda each: each.name)
def test_auditors_and_admins_read_and_act_not(act: Act, caller: Caller) -> None:
    world = World()
    transfer = world.request(b"x")
    with pytest.raises(RoleMissing):
        act(transfer.id, caller, ports=world.ports)


def test_an_operator_steers_what_is_anothers() -> None:
    world = World()
    transfer = world.request(bytes(300_000))
    until_moving(world)
    assert pause_transfer(transfer.id, OPERATOR, ports=world.ports).status is Status.PAUSED
    assert resume_transfer(transfer.id, OPERATOR, ports=world.ports).status is Status.MOVING
    cancel_transfer(transfer.id, OPERATOR, ports=world.ports)
    assert world.read(transfer).owner == "ann"


def test_an_owner_who_lost_the_grants_can_stop_but_not_go_on() -> None:
    world = World()
    transfer = world.request(bytes(300_000))
    until_moving(world)
    poorer = a_caller("ann", Role.USER, sources=EVERYTHING)
    pause_transfer(transfer.id, poorer, ports=world.ports)
    with pytest.raises(DestinationNotGranted):
        resume_transfer(transfer.id, poorer, ports=world.ports)
    cancel_transfer(transfer.id, poorer, ports=world.ports)
    world.run()
    with pytest.raises(DestinationNotGranted):
        retry_transfer(transfer.id, poorer, ports=world.ports)


def test_whoever_lost_every_role_has_no_use_of_grants_and_can_only_stop() -> None:
    world = World()
    transfer = world.request(bytes(300_000))
    until_moving(world)
    nobody = replace(ANN, roles=frozenset[Role]())
    for lost in (nobody, replace(ANN, roles=frozenset({Role.AUDITOR}))):
        pause_transfer(transfer.id, lost, ports=world.ports)
        for act in (resume_transfer, retry_transfer):
            with pytest.raises((RoleMissing, WrongState)):
                act(transfer.id, lost, ports=world.ports)
    assert list_buckets(nobody, 10, None, ports=world.ports).items == []
    assert list_destinations(nobody, 10, None, ports=world.ports).items == []
    with pytest.raises(DestinationNotFound):
        probe_destination("acme", nobody, ports=world.ports)
    cancel_transfer(transfer.id, nobody, ports=world.ports)


def test_an_operator_needs_grants_for_transfers_of_their_own() -> None:
    world = World()
    transfer = world.request(bytes(300_000))
    until_moving(world)
    promoted = a_caller("ann", Role.OPERATOR)
    pause_transfer(transfer.id, promoted, ports=world.ports)
    with pytest.raises(SourceNotGranted):
        resume_transfer(transfer.id, promoted, ports=world.ports)
    assert resume_transfer(transfer.id, OPERATOR, ports=world.ports).status is Status.MOVING
