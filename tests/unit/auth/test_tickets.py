"""A ticket opens one WebSocket, for its session's user, within 30 seconds, and only there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kernel.caller import Role
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import AddressRefused, NotLoggedIn, SessionOver, TokenRefused
from services.auth.domain.networks import is_within, read_network
from services.auth.domain_services.check_session import Authorized
from services.auth.domain_services.close_session import close_session
from services.auth.use_cases.admit_connection import admit_connection
from services.auth.use_cases.issue_ticket import issue_ticket
from tests.fakes.auth_world import ADDRESS, AuthWorld
from tests.unit.auth.administering import change, remove


def ticket_of(world: AuthWorld) -> str:
    caller = world.caller("ann", world.log_in().session.id)
    return issue_ticket(caller, ports=world.ports)


def connect(world: AuthWorld, ticket: str, address: str = ADDRESS) -> Authorized:
    return admit_connection(None, ticket, address, ports=world.ports)


def close(world: AuthWorld) -> None:
    [session] = world.sessions.open_sessions("ann")
    close_session(session, CloseReason.LOGOUT, ports=world.ports)


ENDS: list[Callable[[AuthWorld], object]] = [
    close,
    lambda world: change(world, "ann", locked=True),
    lambda world: change(world, "ann", password="an entirely new one"),
    lambda world: remove(world, "ann"),
]
each_end = pytest.mark.parametrize("end", ENDS, ids=["logout", "lock", "password", "removal"])


def test_a_ticket_lets_its_user_in_once_as_they_are_now() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    change(world, "ann", roles=(Role.AUDITOR,))
    found = connect(world, ticket)
    assert (found.user.name, found.user.roles) == ("ann", (Role.AUDITOR,))
    assert found.session.user == "ann"
    with pytest.raises(TokenRefused):
        connect(world, ticket)


@pytest.mark.parametrize(("seconds", "good"), [(29.9, True), (30, False), (3_600, False)])
def test_a_ticket_is_good_for_thirty_seconds(seconds: float, good: bool) -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    world.pass_time(seconds)
    if good:
        assert connect(world, ticket)
    else:
        with pytest.raises(TokenRefused):
            connect(world, ticket)
    assert world.tickets.rows == {}


@each_end
def test_a_ticket_of_an_ended_session_opens_nothing(end: Callable[[AuthWorld], object]) -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    end(world)
    with pytest.raises(NotLoggedIn):
        connect(world, ticket)


@each_end
def test_a_session_that_ends_just_after_its_ticket_was_taken_opens_nothing(
    end: Callable[[AuthWorld], object],
) -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    world.calls.before("sessions.read", lambda: end(world))
    with pytest.raises(NotLoggedIn):
        connect(world, ticket)


@each_end
def test_an_ended_session_gets_no_ticket_even_where_the_gateway_still_believes_in_it(
    end: Callable[[AuthWorld], object],
) -> None:
    world = AuthWorld()
    caller = world.caller("ann", world.log_in().session.id)
    end(world)
    with pytest.raises(SessionOver):
        issue_ticket(caller, ports=world.ports)
    assert world.tickets.rows == {}


def test_a_rival_with_the_same_ticket_leaves_nothing_for_the_other() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    first: list[Authorized] = []
    world.calls.before("tickets.take", lambda: first.append(connect(world, ticket)))
    with pytest.raises(TokenRefused):
        connect(world, ticket)
    assert [found.user.name for found in first] == ["ann"]


def test_what_is_stored_is_no_ticket() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    [stored] = world.tickets.rows
    assert ticket not in str(world.tickets.rows)
    with pytest.raises(TokenRefused):
        connect(world, stored)
    assert connect(world, ticket)


def test_a_ticket_is_no_token() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    with pytest.raises(TokenRefused):
        world.authorize(ticket)
    with pytest.raises(TokenRefused):
        admit_connection(ticket, None, ADDRESS, ports=world.ports)


def test_both_or_neither_of_token_and_ticket_are_refused() -> None:
    world = AuthWorld()
    token, ticket = world.log_in().access_token, ticket_of(world)
    for given, other in ((token, ticket), (None, None)):
        with pytest.raises(TokenRefused):
            admit_connection(given, other, ADDRESS, ports=world.ports)
    assert admit_connection(token, None, ADDRESS, ports=world.ports).user.name == "ann"


def test_connecting_counts_as_a_use_of_the_session() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    [session] = world.sessions.open_sessions("ann")
    before = world.clock.replace(year=world.clock.year - 1)
    world.sessions.save(replace(session, last_seen_at=before))
    assert connect(world, ticket).session.last_seen_at == world.clock


def test_an_address_elsewhere_is_refused_and_uses_up_no_ticket() -> None:
    world = AuthWorld()
    ticket = ticket_of(world)
    with pytest.raises(AddressRefused, match=r"198\.51\.100\.1"):
        connect(world, ticket, "198.51.100.1")
    assert connect(world, ticket)


@pytest.mark.parametrize(
    ("address", "cidrs", "inside"),
    [
        ("192.0.2.7", ["192.0.2.0/24"], True),
        ("192.0.3.7", ["192.0.2.0/24"], False),
        ("192.0.3.7", ["192.0.2.0/24", "192.0.3.7/32"], True),
        ("::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("2001:db8::1", ["0.0.0.0/0"], False),
        ("2001:db8::1", ["::/0"], True),
        ("192.0.2.7", ["::/0"], False),
        ("192.0.2.7", ["192.0.2.99/24"], True),
        ("192.0.2.7", [], False),
        ("192.0.2.7, 10.0.0.1", ["0.0.0.0/0"], False),
        (None, ["0.0.0.0/0", "::/0"], False),
    ],
)
def test_who_is_within_the_networks(address: str | None, cidrs: list[str], inside: bool) -> None:
    assert is_within(address, tuple(map(read_network, cidrs))) is inside
