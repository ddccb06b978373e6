"""One local stack for all stack tests, with the timers of crashes shortened and limits raised."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import LocalStack
from tests.stack.log_scan import all_logs, secrets_in_vault
from tests.stack.people import Door, People
from tests.stack.running import (
    BUCKET,
    CHUNK_BYTES,
    LEASE_SECONDS,
    ORIGINS,
    UNTHROTTLED,
    Running,
    as_destination,
)
from tests.stack.secrets_used import HeardFerry, SecretsUsed

PARAMETERS = {
    "ChunkBytes": str(CHUNK_BYTES),
    "DirectBelowBytes": str(CHUNK_BYTES),
    "LanesPerTransfer": "2",
    "LeaseSeconds": str(LEASE_SECONDS),
    "LaneDueSeconds": "10",
    "BackoffBaseSeconds": "0.5",
    "BackoffCapSeconds": "2",
    "MaxFailures": "4",
    "PartnerTimeoutSeconds": "4",
    "KeepPartSeconds": "0",
    "RetrySeconds": "1",
    "RetryCapSeconds": "1",
    "RetryAttempts": "2",
    "CorsOrigins": ",".join(ORIGINS),
    "LogLevel": "DEBUG",  # nothing secret may be in the logs of any level
    **UNTHROTTLED,
}
LOG_CHARACTERS = 20_000  # shown when a test failed
SECRETS_AT_LEAST = 6  # less would mean that nobody collects them


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Running]:
    """At the end nothing secret that any test used may stand in any log."""
    folder = tmp_path_factory.mktemp("stack")
    used = SecretsUsed()
    with LocalStack(folder / "state", PARAMETERS) as stack:
        stack.create_bucket(BUCKET)
        partner = stack.sftp("partner", folder / "partner-files")
        used.add("password of a partner", partner.password)
        door = Door(stack, used)
        people = People(stack, door)
        ferry = HeardFerry(used, stack.api_url, people.admin.name, people.admin.password)
        tested = ferry.register(as_destination("partner", partner), partner.host_key)
        assert tested["status"] == "ok", tested
        yield Running(stack, ferry, partner, stack.client("s3"), door, people)
        ferry.close()
        door.close()
        if request.session.testsfailed:
            print(stack.logs()[-LOG_CHARACTERS:])
        secrets_in_vault(stack, used)
        assert len(used) >= SECRETS_AT_LEAST
        assert used.found_in(all_logs(stack)) == []


@pytest.fixture
def body() -> bytes:
    """Six chunks and a bit; different for every test."""
    return os.urandom(6 * CHUNK_BYTES + 17)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
