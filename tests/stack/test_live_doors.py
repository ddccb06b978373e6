"""Who may connect, and when a connection ends."""

import time
from collections.abc import Callable
from secrets import token_hex
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.servers.waiting import wait_for
from tests.stack.live_people import Audience, audience_of
from tests.stack.people import Person
from tests.stack.running import Running
from tests.stack.watching import Watcher, address, opened, ticket

ENDS_WITHIN = 5.0  # seconds of the change
TRIES = 4  # one of them has to be in time: the machine may be busy with other things


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


def status_of(address: str, **headers: str) -> int:
    """That of the handshake."""
    try:
        with opened(address, additional_headers=headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_ticket_opens_one_connection_and_nothing_else(
    running: Running, audience: Audience
) -> None:
    token = audience.tokens["owner"]
    issued = ticket(running, token)
    path = f"/api/me?{urlencode({'ticket': issued['ticket']})}"
    assert running.door.call("GET", path).status_code == 401
    assert running.door.call("GET", "/api/me", issued["ticket"]).status_code == 401
    once = f"{issued['url']}?{urlencode({'ticket': issued['ticket']})}"
    assert [status_of(once), status_of(once)] == [101, 401]
    assert running.door.call("GET", "/api/me", token).status_code == 200


def test_a_token_is_taken_as_a_header_and_never_in_the_address(
    running: Running, audience: Audience
) -> None:
    token = audience.tokens["owner"]
    url = ticket(running, token)["url"]
    assert status_of(url, Authorization=f"Bearer {token}") == 101
    assert status_of(url) == 401
    for name in ("ticket", "token", "access_token", "Authorization"):
        for value in (token, f"Bearer {token}"):
            assert status_of(f"{url}?{urlencode({name: value})}") == 401
    assert status_of(url, Authorization="Bearer not.a.token") == 401


def test_a_ticket_of_another_kind_is_refused(running: Running, audience: Audience) -> None:
    parts = urlsplit(address(running, audience.tokens["owner"]))
    good = parts.query.removeprefix("ticket=")
    for wrong in ("", "x", good[:-1], f"{good}x", good[::-1], "%00", "%F0%9F%9A%A2", "a" * 5_000):
        assert status_of(urlunsplit(parts._replace(query=f"ticket={wrong}"))) == 401, wrong
    assert status_of(urlunsplit(parts)) == 101


def admitted(audience: Audience, person: Person) -> tuple[Watcher, str]:
    """A connection with a new session, and the session's token. Right after a change of the user
    the service may know of the change before it only."""
    token = audience.running.door.token(person)

    def connected() -> Watcher | None:
        try:
            return Watcher(audience.running, token)
        except InvalidStatus as refused:
            if refused.response.status_code != 403:
                raise
            return None

    return wait_for(connected, "a connection"), token


def ends_in_time(
    audience: Audience, person: Person, change: Callable[[str], object], *codes: str
) -> None:
    """`change` gets the token of the session that is watched with."""
    seconds = []
    for _ in range(TRIES):
        connection, token = admitted(audience, person)
        with connection as watcher:
            watcher.subscribe(scope="mine")
            began = time.monotonic()
            change(token)
            [code] = watcher.is_ended()
            seconds.append(time.monotonic() - began)
            assert code in codes
            assert watcher.messages[-1].model_dump()["closing"] is True
        if seconds[-1] <= ENDS_WITHIN:
            return
    raise AssertionError(f"ended after {seconds} s")


def test_a_logout_ends_the_connections_of_its_session_and_of_no_other(audience: Audience) -> None:
    owner = audience.people["owner"]
    with Watcher(audience.running, audience.tokens["owner"]) as other_session:
        other_session.subscribe(scope="mine")

        def log_out(token: str) -> None:
            assert audience.running.door.call("POST", "/api/logout", token).is_success

        ends_in_time(audience, owner, log_out, "session_over")
        other_session.subscribe(scope="mine")
        assert other_session.errors() == []


def test_a_lock_and_changed_roles_end_a_users_connections(audience: Audience) -> None:
    people = audience.running.people
    person = people.create(f"changing-{token_hex(3)}", "operator")

    def lock(_: str) -> None:
        people.change(person, locked=True)
        people.change(person, locked=False)

    def change_roles(_: str) -> None:
        people.change(person, roles=["user"])
        people.change(person, roles=["operator"])

    ends_in_time(audience, person, change_roles, "rights_changed")
    ends_in_time(audience, person, lock, "session_over", "rights_changed")


def test_changed_grants_end_nothing(audience: Audience) -> None:
    """They say what a user may send, not what they may see."""
    people = audience.running.people
    person = people.create(f"granted-{token_hex(3)}", "operator")
    connection, _ = admitted(audience, person)
    with connection as watcher:
        watcher.subscribe(scope="all")
        people.change(person, grants={"sources": [], "destinations": ["partner"]})
        watcher.sees(audience.send(0), "completed")
        assert watcher.errors() == []


def test_who_lost_the_right_to_see_everything_is_told_no_more(audience: Audience) -> None:
    people = audience.running.people
    person = people.create(f"former-{token_hex(3)}", "operator")
    connection, _ = admitted(audience, person)
    with connection as watcher:
        watcher.subscribe(scope="all")
        people.change(person, roles=["user"])
        assert watcher.is_ended() == ["rights_changed"]
    connection, _ = admitted(audience, person)
    with connection as watcher:
        moving = audience.send(0)
        watcher.subscribe(scope="all")
        watcher.subscribe(moving)
        assert watcher.errors() == ["role_missing"]
        audience.becomes(moving, "completed")
        watcher.subscribe(scope="mine")
        assert not watcher.told
