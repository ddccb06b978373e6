"""A call is over, all its tries included, before another one takes over what its caller holds: a
claim in the outbox, or a lease.
"""

from typing import Any

import pytest

from kernel.outbox import CLAIM_SECONDS
from services.auth import wiring as auth
from services.transfer import wiring as transfer
from services.transfer.domain_services.slot_pulse import RENEWALS_PER_LEASE

LONGEST_BACKOFF_SECONDS = 20.0  # botocore.retries.standard: doubles with each try up to this
SETTINGS = {
    "STAGE": "test",
    "SIGNING_SECRET_ID": "secret",
    "WEBSOCKET_URL": "wss://sockets.example",
    "API_URL": "https://api.example",
    "AUTH_TABLE": "table",
    "TRANSFERS_TABLE": "table",
    "LANE_QUEUE_URL": "https://queue.example",
    "LONG_LANE_QUEUE_URL": "https://long.example",
    "STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:m",
    "READER_ROLE_ARN": "arn:aws:iam::123456789012:role/reader",
    "SECRET_PREFIX": "fileferry/",
    "EVENT_BUS_NAME": "bus",
}


def longest_seconds(config: Any) -> float:  # noqa: ANN401 - botocore has no types
    tries = config.retries["total_max_attempts"]
    waits = sum(min(LONGEST_BACKOFF_SECONDS, 2.0**number) for number in range(tries - 1))
    return float(tries * (config.connect_timeout + config.read_timeout) + waits)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def test_a_lease_outlives_the_slowest_call_that_renews_it() -> None:
    ports = transfer.build().ports
    left = ports.policy.lease_seconds * (1 - 1 / RENEWALS_PER_LEASE)
    for client in (ports.dynamodb, ports.sqs):
        assert longest_seconds(client.meta.config) <= left


def test_a_call_of_the_bus_takes_half_of_a_claim_at_most() -> None:
    """The other half is for the claims before it."""
    for bus in (transfer.build().ports.bus, auth.build().bus):
        config = bus._client.meta.config  # type: ignore[attr-defined]
        assert 2 * longest_seconds(config) <= CLAIM_SECONDS
