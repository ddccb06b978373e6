"""The way of an event: queue -> consumer -> desk -> ServiceNow -> outbox, each in its role."""

import pytest

from contracts.auth_events import UserAddedV1
from contracts.envelope import Event, Meta
from tests.fakes.callers import OPERATOR
from tests.integration.moto_clients import moto_client
from tests.integration.ticketing.deployed import SECRET, Deployed
from tests.unit.progress.stories import NOON, AnyEvent, Story


def user_added(name: str = "jane") -> AnyEvent:
    fact = UserAddedV1(
        user=name,
        name="Jane Doe",
        email="jane@acme.example",
        roles=("user",),
        locked=False,
        sequence=0,
        added_at=NOON,
    )
    return Event(meta=Meta(event_id="u-1", occurred_at=NOON, correlation_id="c"), data=fact)


def test_a_transfer_has_two_tickets_that_are_resolved(deployed: Deployed) -> None:
    story = Story("e-1")
    deployed.hear(user_added(), story.requested(), story.started())
    deployed.work()
    assert [each["state"] for each in deployed.records("e-1")] == ["1", "1"]
    assert "Jane Doe (jane, jane@acme.example)" in deployed.records("e-1")[0]["description"]
    deployed.hear(story.completed())
    deployed.work()
    assert [each["state"] for each in deployed.records("e-1")] == ["6", "6"]
    assert sorted(deployed.events()) == ["TicketOpened.v1"] * 2 + ["TicketResolved.v1"] * 2


def test_what_could_not_be_written_is_swept(deployed: Deployed) -> None:
    """An outage: the desk gives up, and the sweep writes when ServiceNow is back."""
    story = Story("e-2")
    deployed.double.order({"kind": "status", "status": 503, "retry_after": 1, "count": 1})
    deployed.hear(story.requested(), story.completed())
    deployed.work()
    health = deployed.api("GET", "/api/servicenow/health", caller=OPERATOR).body
    assert (health["status"], health["trouble"]["code"]) == ("waiting", "servicenow_unavailable")
    assert health["openings_waiting"] == 2


def test_a_refused_login_stops_until_the_secret_changes(deployed: Deployed) -> None:
    deployed.login("wrong")
    deployed.hear(Story("e-3").requested())
    deployed.work()
    deployed.invoke("sweep", {})
    deployed.invoke("sweep", {})
    asked = [each for each in deployed.double.requests() if each["status"] == 401]
    assert len(asked) == 1
    health = deployed.api("GET", "/api/servicenow/health", caller=OPERATOR).body
    assert (health["status"], health["trouble"]["code"]) == ("stopped", "servicenow_login_refused")
    assert deployed.events() == ["TicketingFailed.v1"]
    deployed.login()
    deployed.invoke("sweep", {})
    assert [each["state"] for each in deployed.records("e-3")] == ["1", "1"]
    assert deployed.api("GET", "/api/servicenow/health", caller=OPERATOR).body["status"] == "ok"


@pytest.mark.parametrize("secret", ["{}", "no JSON", '{"url": "http://desk.example"}'])
def test_without_an_instance_tickets_wait(deployed: Deployed, secret: str) -> None:
    moto_client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=secret)
    deployed.hear(Story("e-4").requested())
    deployed.work()
    health = deployed.api("GET", "/api/servicenow/health", caller=OPERATOR).body
    assert health["trouble"]["code"] == "servicenow_not_configured"
    assert health["status"] == "stopped"
