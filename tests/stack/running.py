"""A stack test works with the stack, with its API as several people, and with a partner."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.local.doubles import MODULES, SLACK
from infra.local.ferry import Ferry
from infra.local.partner import SftpServer
from infra.local.real_receivers import RealReceivers
from infra.local.receivers import connect
from infra.local.stack import LocalStack
from infra.stacks import find_stack
from tests.servers.waiting import wait_for
from tests.stack.desk import Desk
from tests.stack.log_scan import all_logs, secrets_in_vault
from tests.stack.people import Door, People
from tests.stack.secrets_used import HeardFerry, SecretsUsed

CHUNK_BYTES = 2_000_000
LEASE_SECONDS = 12  # a busy machine may keep a heartbeat from the emulator for some seconds
BUCKET = "outgoing"
ORIGINS = ("https://console.example", "https://desk.example")
UNTHROTTLED = {
    "ThrottleRate": "5000",
    "ThrottleBurst": "5000",
    "KeyRate": "5000",
    "KeyBurst": "5000",
}
# The timers of crashes are shortened, and the limits of the gateway raised.
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
KILLED = (b"Worker process died", b"Broken pipe")  # how the emulator calls it
SECRETS_AT_LEAST = 6  # less would mean that nobody collects them


@dataclass
class Running:
    """The stack, its API, and one embedded partner registered as destination `partner`.

    `ferry` is an admin who may send everything everywhere. `desk` is whom the stack writes to.
    """

    stack: LocalStack
    ferry: Ferry
    partner: SftpServer
    s3: Any
    door: Door
    people: People
    desk: Desk

    def put(self, key: str, body: bytes) -> bytes:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, ChecksumAlgorithm="CRC64NVME")
        return body

    def arrived(self, name: str) -> bytes:
        return (self.partner.root / name).read_bytes()

    def part_files(self) -> list[str]:
        return [path.name for path in self.partner.root.rglob(".*.part")]

    def sweep_desk(self) -> None:
        """What waits for a ticket or a message is tried again when its time has come."""
        for service in ("ticketing", "notify"):
            self.sweep(f"{service}-sweep")

    def sweep(self, function: str = "transfer-sweep-stalled") -> None:
        """Does what the schedule does once a minute. Repeats it if a test killed the function's
        process."""

        def swept() -> bool:
            answer = self.stack.client("lambda").invoke(
                FunctionName=f"fileferry-local-{function}:live", Payload=b"{}"
            )
            told = answer["Payload"].read()
            failed = "FunctionError" in answer
            assert not failed or any(sign in told for sign in KILLED), told
            return not failed

        wait_for(swept, "a sweep")

    @contextmanager
    def deployed(self, stack: str, parameters: Mapping[str, str]) -> Iterator[None]:
        """The stack has other parameters inside this context."""
        declared = find_stack(stack).declared_parameters()
        usual = {name: str(declared[name].get("Default", "")) for name in parameters}
        before = {name: self.stack.parameters.get(name, usual[name]) for name in parameters}
        self.stack.deploy(stack, parameters)
        try:
            yield
        finally:
            self.stack.deploy(stack, before)


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


@contextmanager
def started(folder: Path, **parameters: str) -> Iterator[Running]:
    """At the end nothing secret that any test used may stand in any log."""
    used = SecretsUsed()
    with LocalStack(folder / "state", PARAMETERS | parameters) as stack:
        stack.create_bucket(BUCKET)
        partner = stack.sftp("partner", folder / "partner-files")
        used.add("password of a partner", partner.password)
        stack.programs.serve(SLACK, MODULES[SLACK], "--seconds", "0")  # it takes all at once
        desk = Desk(stack, connect(stack, RealReceivers()), httpx.Client(trust_env=False))
        door = Door(stack, used)
        people = People(stack, door)
        ferry = HeardFerry(used, stack.api_url, people.admin.name, people.admin.password)
        tested = ferry.register(as_destination("partner", partner), partner.host_key)
        assert tested["status"] == "ok", tested
        yield Running(stack, ferry, partner, stack.client("s3"), door, people, desk)
        ferry.close()
        door.close()
        desk.http.close()
        secrets_in_vault(stack, used)
        assert len(used) >= SECRETS_AT_LEAST
        assert used.found_in(all_logs(stack)) == []
