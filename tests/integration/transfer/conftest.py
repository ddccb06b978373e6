"""The service is deployed anew for each test. The partner's server lives as long as the session."""

import secrets
from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.integration.functions import Handler, environment
from tests.integration.transfer.deployed import PSEUDO, TABLE, TEMPLATE, Deployed, create_resources
from tests.servers.embedded import EmbeddedServer
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.conftest import lines

__all__ = ["fresh_telemetry", "lines"]

CHUNK_BYTES = 100_000
PARAMETERS = {
    "ChunkBytes": str(CHUNK_BYTES),
    "DirectBelowBytes": str(CHUNK_BYTES),
    "CorsOrigins": "https://console.example",
    "PartnerTimeoutSeconds": "10",
    "KeepPartSeconds": "0",
}


@pytest.fixture(scope="session")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    folder = tmp_path_factory.mktemp("partner")
    server = EmbeddedServer(folder / "state", folder / "files", secrets.token_hex(8))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def warm() -> dict[str, Handler]:
    """The session's functions stay warm, because each test's resources have the same names."""
    return {}


@pytest.fixture
def deployed(
    fresh_telemetry: None,
    monkeypatch: pytest.MonkeyPatch,
    partner: EmbeddedServer,
    warm: dict[str, Handler],
) -> Iterator[Deployed]:
    with mock_aws():
        service = create_resources(partner)
        resources = {
            "TransfersTable": TABLE,
            "LanesQueue": service.queue_url,
            "LanesLongQueue": service.queue_url,
        }
        for name, value in environment(TEMPLATE, {**PSEUDO, **resources, **PARAMETERS}).items():
            if not name.startswith("POWERTOOLS_"):  # each test has telemetry of its own
                monkeypatch.setenv(name, value)
        # moto knows no aliases of workflows, as the emulator of tests/stack does
        monkeypatch.setenv("STATE_MACHINE_ARN", service.machine_arn)
        service.warm = warm
        yield service
