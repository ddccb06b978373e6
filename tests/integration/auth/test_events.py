"""The service's other functions publish, sweep, make the first admin, and rotate the key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.catalogue import parse
from kernel.outbox import CLAIM_SECONDS, STREAM
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.auth.adapters.dynamodb_session_store import DynamoDbSessionStore
from services.auth.domain.errors import FieldInvalid, UserExists, UserInvalid, WeakPassword
from tests.integration.auth.deployed import BUS, PASSWORD, SECRET, TABLE, Deployed, create_bus
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.conftest import Lines


def published(deployed: Deployed) -> list[tuple[str, Any]]:
    answer = deployed.invoke("publish_outbox", deployed.outbox())
    assert answer == {"batchItemFailures": []}
    heard = deployed.heard()
    return [(each["detail-type"], parse(each["detail-type"], each["detail"])) for each in heard]


def age_session(user: str, **ago: float) -> None:
    """As if it had been opened and used that long ago."""
    store = DynamoDbSessionStore(moto_client("dynamodb"), TABLE)
    [session] = store.open_sessions(user)
    span = timedelta(**ago)
    store.save(
        replace(
            session,
            opened_at=session.opened_at - span,
            last_seen_at=session.last_seen_at - span,
            ends_at=session.ends_at - span,
        )
    )


def test_what_happens_to_sessions_is_told_on_the_bus(deployed: Deployed) -> None:
    token = deployed.admin()
    deployed.api("POST", "/api/login", {"user": "root", "password": "a wrong guess"})
    deployed.api("POST", "/api/login", {"user": "hunter2", "password": "a wrong guess"})
    deployed.api("POST", "/api/logout", token=token)
    events = dict(published(deployed))
    assert sorted(events) == [
        "LoginFailed.v1",
        "SessionClosed.v1",
        "SessionOpened.v1",
        "UserAdded.v1",
    ]
    opened, closed = events["SessionOpened.v1"], events["SessionClosed.v1"]
    assert opened.data.session_id == closed.data.session_id == opened.meta.correlation_id
    assert (opened.data.source_ip, closed.data.reason) == ("192.0.2.7", "logout")
    assert opened.data.sequence < closed.data.sequence
    assert "hunter2" not in str(deployed.outbox())


def test_a_user_is_told_on_the_bus_from_the_first_day_to_the_last(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, email="ann@acme.example", grants={"destinations": ["acme"]})
    for change in (
        {"roles": ["auditor"]},
        {"password": "an entirely new one"},
        {"name": "Ann B.", "no_email": True},
    ):
        assert deployed.api("PATCH", "/api/users/ann", change, token=admin).status == 200
    assert deployed.api("DELETE", "/api/users/ann", token=admin).status == 204
    users = [event.data for kind, event in published(deployed) if kind.startswith("User")]
    ann = sorted((data for data in users if data.user == "ann"), key=lambda data: data.sequence)
    told = [(data.name, data.email, data.roles, data.removed, data.sequence) for data in ann]
    assert told == [
        ("Ann", "ann@acme.example", ("user",), False, 0),
        ("Ann", "ann@acme.example", ("auditor",), False, 1),
        ("Ann B.", None, ("auditor",), False, 3),
        (None, None, (), True, 4),
    ]
    assert [data.destinations for data in ann] == [("acme",)] * 3 + [()]


def test_users_are_announced_in_pages(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, email="ann@acme.example")
    published(deployed)
    assert deployed.invoke("announce_users", {}) == {"users": 2, "cursor": None}
    told = [data for kind, data in published(deployed) if kind == "UserChanged.v1"]
    assert sorted((each.data.user, each.data.email) for each in told) == [
        ("ann", "ann@acme.example"),
        ("root", None),
    ]
    with pytest.raises(FieldInvalid):
        deployed.invoke("announce_users", {"cursor": "x"})
    with pytest.raises(ValidationError):
        deployed.invoke("announce_users", {"cursor": 7})


def test_events_that_the_bus_refuses_come_again(deployed: Deployed) -> None:
    deployed.admin()
    records = deployed.outbox()
    moto_client("events").delete_event_bus(Name=BUS)
    refused = deployed.invoke("publish_outbox", records)["batchItemFailures"]
    numbers = [each["dynamodb"]["SequenceNumber"] for each in records["Records"]]
    assert [each["itemIdentifier"] for each in refused] == numbers
    create_bus(deployed.bus_heard_url)
    assert sorted(kind for kind, _ in published(deployed)) == ["SessionOpened.v1", "UserAdded.v1"]


def test_rows_that_come_twice_are_told_once(deployed: Deployed) -> None:
    deployed.admin()
    records = deployed.outbox()
    for _ in range(2):
        assert deployed.invoke("publish_outbox", records) == {"batchItemFailures": []}
    heard = sorted(each["detail-type"] for each in deployed.heard())
    assert heard == ["SessionOpened.v1", "UserAdded.v1"]


def test_what_a_dead_publisher_had_claimed_is_told_when_its_rows_come_again(
    deployed: Deployed,
) -> None:
    deployed.admin()
    records = deployed.outbox()
    outbox, now = DynamoDbOutbox(moto_client("dynamodb"), TABLE), datetime.now(UTC)
    for record in records["Records"]:
        row = record["dynamodb"]["NewImage"]
        stored = (row["pk"]["S"], row["event_id"]["S"])
        assert outbox.claim(*stored, STREAM, now, now + timedelta(seconds=CLAIM_SECONDS))
    assert deployed.invoke("publish_outbox", records) == {"batchItemFailures": []}
    heard = sorted(each["detail-type"] for each in deployed.heard())
    assert heard == ["SessionOpened.v1", "UserAdded.v1"]


@pytest.mark.parametrize(
    ("client", "ago", "reason"),
    [
        ("console", {"minutes": 30}, "idle"),
        ("console", {"minutes": 29}, None),
        ("api", {"minutes": 30}, None),
        ("api", {"hours": 12}, "expired"),
    ],
)
def test_sessions_that_are_idle_or_over_are_closed(
    deployed: Deployed, client: str, ago: dict[str, float], reason: str | None, lines: Lines
) -> None:
    deployed.create_admin()
    deployed.log_in(client=client)
    age_session("root", **ago)
    for _ in range(2):
        deployed.invoke("sweep_sessions", {})
    closed = [event.data for kind, event in published(deployed) if kind == "SessionClosed.v1"]
    assert [data.reason for data in closed] == ([reason] if reason else [])
    swept = [line["sessions_closed"] for line in lines() if line.get("message") == "swept"]
    assert swept == [1 if reason else 0, 0]


def test_a_closed_session_stays_for_ninety_days(deployed: Deployed) -> None:
    token = deployed.admin()
    [row] = [each for each in deployed.rows() if each["sk"]["S"].startswith("SESSION#")]
    assert "expires_at" not in row
    assert row["gsi1pk"]["S"] == "OPEN_SESSIONS"
    deployed.api("POST", "/api/logout", token=token)
    [row] = [each for each in deployed.rows() if each["sk"]["S"].startswith("SESSION#")]
    assert "gsi1pk" not in row
    store = DynamoDbSessionStore(moto_client("dynamodb"), TABLE)
    session = store.read("root", row["id"]["S"])
    assert session is not None
    assert session.closed_at is not None
    assert int(row["expires_at"]["N"]) == int(session.closed_at.timestamp()) + 90 * 86_400


def test_the_first_admin_may_have_another_name_and_other_roles(deployed: Deployed) -> None:
    grants = {"sources": [{"bucket": "outgoing"}], "destinations": ["*"]}
    made = deployed.create_admin(
        user="demo", name="Demo D.", email="demo@acme.example", roles=["user"], grants=grants
    )
    assert made == {"user": "demo", "roles": ["user"]}
    me = deployed.api("GET", "/api/me", token=deployed.log_in("demo")["access_token"]).body
    assert (me["name"], me["email"]) == ("Demo D.", "demo@acme.example")
    assert me["grants"]["destinations"] == ["*"]


def test_an_admin_who_is_there_already_is_not_changed(deployed: Deployed) -> None:
    deployed.create_admin()
    with pytest.raises(UserExists):
        deployed.create_admin(password="an entirely new one")
    assert deployed.log_in()


@pytest.mark.parametrize(
    "event", [{}, {"user": "x"}, {"user": "x", "password": "hunter2"}, {"user": "X Y"}]
)
def test_a_first_admin_without_a_good_password_is_refused(
    deployed: Deployed, event: dict[str, Any], lines: Lines
) -> None:
    with pytest.raises(UserInvalid) as refused:
        deployed.invoke("create_admin", event)
    assert "hunter2" not in str(refused.value)
    assert all("hunter2" not in str(line) for line in lines())


def test_a_first_admins_password_must_not_hold_their_name(deployed: Deployed) -> None:
    with pytest.raises(WeakPassword):
        deployed.create_admin(password=f"root {PASSWORD}")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Step": "other", "SecretId": SECRET, "ClientRequestToken": "1" * 32},
        {"Step": "createSecret", "SecretId": SECRET},
    ],
)
def test_a_rotation_event_of_another_kind_is_refused(
    deployed: Deployed, event: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        deployed.invoke("rotate_signing_key", event)
