"""Sockets. What becomes of a message to a connection that is open, gone or slow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session

from services.progress.adapters.apigateway_sockets import POSTS, ApiGatewaySockets
from services.progress.domain.errors import FrameTooLarge, Gone, Slow
from services.progress.domain.ports import Sockets
from tests.fakes.live_outside import InMemorySockets
from tests.servers.connections_api import MAX_BYTES, ConnectionsApi, connections_api

QUICK = POSTS.merge(Config(read_timeout=0.2))


def api_gateway(address: str) -> ApiGatewaySockets:
    session = get_session()
    session.set_credentials("test", "test")
    client: Any = session.create_client(
        "apigatewaymanagementapi", "eu-central-1", endpoint_url=address, config=QUICK
    )
    return ApiGatewaySockets(client)


@dataclass
class Ends:
    sockets: Sockets
    received: dict[str, list[str]]


@pytest.fixture(params=["in_memory", "api_gateway"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    """c=1 is open, slow is open and takes in nothing."""
    if request.param == "in_memory":
        fake = InMemorySockets({"c=1": [], "slow": []}, {"slow"})
        yield Ends(fake, fake.open)
        return
    with connections_api() as api:
        api.open("c=1")
        api.answers["slow"] = 429
        yield Ends(api_gateway(api.address), api.received)


def test_a_message_arrives_in_order_and_unchanged(ends: Ends) -> None:
    for text in ('{"ö": 1}', "{}"):
        ends.sockets.post("c=1", text)
    assert ends.received["c=1"] == ['{"ö": 1}', "{}"]


def test_a_connection_that_is_gone_says_so(ends: Ends) -> None:
    ends.sockets.end("c=1")
    assert "c=1" not in ends.received
    with pytest.raises(Gone):
        ends.sockets.post("c=1", "{}")
    with pytest.raises(Gone):
        ends.sockets.end("c=1")


def test_a_connection_that_takes_nothing_in_is_slow(ends: Ends) -> None:
    with pytest.raises(Slow):
        ends.sockets.post("slow", "{}")
    with pytest.raises(Slow):
        ends.sockets.end("slow")


@pytest.fixture
def api() -> Iterator[ConnectionsApi]:
    with connections_api() as opened:
        opened.open("c-1")
        yield opened


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_no_answer_and_errors_of_the_api_are_a_slow_connection(
    api: ConnectionsApi, status: int
) -> None:
    api.answers["c-1"] = status
    with pytest.raises(Slow):
        api_gateway(api.address).post("c-1", "{}")
    assert api.received["c-1"] == []


def test_nobody_at_the_address_is_slow_too() -> None:
    with connections_api() as gone:
        address = gone.address
    with pytest.raises(Slow):
        api_gateway(address).post("c-1", "{}")


def test_an_address_that_speaks_no_tls_is_slow_too(api: ConnectionsApi) -> None:
    with pytest.raises(Slow):
        api_gateway(api.address.replace("http:", "https:")).post("c-1", "{}")


def test_a_message_that_does_not_fit_is_a_fault_of_ours(api: ConnectionsApi) -> None:
    with pytest.raises(FrameTooLarge, match=str(MAX_BYTES + 1)):
        api_gateway(api.address).post("c-1", "x" * (MAX_BYTES + 1))


def test_a_missing_permission_is_raised_as_it_is(api: ConnectionsApi) -> None:
    api.answers["c-1"] = 403
    with pytest.raises(Exception, match="403") as raised:
        api_gateway(api.address).post("c-1", "{}")
    assert type(raised.value).__name__ in ("ClientError", "ForbiddenException")
