"""One local stack for all stack tests, with the timers of crashes shortened."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.ferry import Ferry
from infra.local.stack import LocalStack, SftpServer
from tests.servers.waiting import wait_for

CHUNK_BYTES = 2_000_000
LEASE_SECONDS = 6
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
}
BUCKET = "outgoing"
LOG_CHARACTERS = 20_000  # shown when a test failed


@dataclass
class Running:
    """The stack, its API, and one embedded partner registered as destination `partner`."""

    stack: LocalStack
    ferry: Ferry
    partner: SftpServer
    s3: Any

    def put(self, key: str, body: bytes) -> bytes:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, ChecksumAlgorithm="CRC64NVME")
        return body

    def arrived(self, name: str) -> bytes:
        return (self.partner.root / name).read_bytes()

    def part_files(self) -> list[str]:
        return [path.name for path in self.partner.root.rglob(".*.part")]

    def sweep(self) -> None:
        """What the schedule does once a minute; again if a test killed the function's process."""

        def swept() -> bool:
            answer = self.stack.client("lambda").invoke(
                FunctionName="fileferry-local-transfer-sweep-stalled:live", Payload=b"{}"
            )
            told = answer["Payload"].read()
            assert "FunctionError" not in answer or b"Worker process died" in told, told
            return "FunctionError" not in answer

        wait_for(swept, "a sweep")


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("stack")
    with LocalStack(folder / "state", PARAMETERS) as stack:
        stack.create_bucket(BUCKET)
        partner = stack.sftp("partner", folder / "partner-files")
        ferry = Ferry(stack.api_url)
        tested = ferry.register(as_destination("partner", partner), partner.host_key)
        assert tested["status"] == "ok", tested
        yield Running(stack, ferry, partner, stack.client("s3"))
        ferry.close()
        if request.session.testsfailed:
            print(stack.logs()[-LOG_CHARACTERS:])


def as_destination(name: str, server: SftpServer, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": name,
        "name": name.title(),
        "protocol": "sftp",
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        **changes,
    }


@pytest.fixture
def body() -> bytes:
    """Six chunks and a bit; different for every test."""
    return os.urandom(6 * CHUNK_BYTES + 17)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
