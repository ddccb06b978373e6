"""Two local stacks that are the two regions of one stage."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.calling import call_function
from infra.local.ferry import Ferry
from infra.local.programs import children_of
from infra.local.stack import LocalStack
from infra.regions.home import switch
from infra.user import new_password

REGIONS = ("eu-central-1", "eu-west-1")
CHUNK_BYTES = 500_000  # so small that a file of some megabytes takes seconds
HELD_SECONDS, LEASE_SECONDS = 6, 8
POLL_SECONDS = 0.2
LOG_CHARACTERS = 20_000  # shown of each region when it fails
WITHOUT = ("progress", "observability", "synthetic")  # nothing of them is asked here
EVERYTHING = {"sources": [{"bucket": "*", "prefix": ""}], "destinations": ["*"]}
PARAMETERS = {
    "ChunkBytes": str(CHUNK_BYTES),
    "DirectBelowBytes": str(CHUNK_BYTES),
    "LanesPerTransfer": "2",
    "LeaseSeconds": str(LEASE_SECONDS),
    "LaneDueSeconds": "10",
    "HomeHeldSeconds": str(HELD_SECONDS),
    "HomeRegion": REGIONS[0],
    "ThrottleRate": "5000",
    "ThrottleBurst": "5000",
    "KeyRate": "5000",
    "KeyBurst": "5000",
}


class OneRegion(LocalStack):
    @property
    def wanted(self) -> list[str]:
        return [name for name in super().wanted if name not in WITHOUT]


@dataclass
class Region:
    stack: LocalStack
    ferry: Ferry

    def sweep(self) -> None:
        """What the schedule does once a minute."""
        self.stack.client("lambda").invoke(
            FunctionName="fileferry-local-transfer-sweep-stalled:live", Payload=b"{}"
        )

    def switch(self, act: str, *, alone: bool = False) -> dict[str, Any]:
        return switch(self.stack.client("lambda"), "local", act, alone=alone)

    def processes(self) -> list[int]:
        emulator = self.stack.emulator.pid
        return [emulator, *children_of(emulator)]


@contextmanager
def two_regions(folder: Path) -> Iterator[tuple[Region, Region]]:
    stacks = [
        OneRegion(folder / name, PARAMETERS, region=region)
        for name, region in zip(("home", "other"), REGIONS, strict=True)
    ]
    with ThreadPoolExecutor(2) as both:  # a program lives no longer than the thread that began it
        try:
            list(both.map(LocalStack.start, stacks))
            list(both.map(_meet, stacks, reversed(stacks)))
            home, other = (Region(stack, _admin_of(stack)) for stack in stacks)
            yield home, other
            home.ferry.close()
            other.ferry.close()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}")
            for stack in stacks:
                print(stack.logs()[-LOG_CHARACTERS:])
            raise
        finally:
            for stack in stacks:
                stack.stop()


def _meet(stack: LocalStack, peer: LocalStack) -> None:
    stack.deploy("transfer", {"PeerRegion": peer.region, "PeerEndpoint": peer.endpoint})


def _admin_of(stack: LocalStack) -> Ferry:
    """Passwords are not carried, so each region has an admin of its own."""
    name, password = f"admin-{stack.region}", new_password()
    roles = ["admin", "operator"]  # who may retry what others sent
    event = {"user": name, "password": password, "roles": roles, "grants": EVERYTHING}
    call_function(stack.client("lambda"), "local", "auth", "create-admin", event)
    return Ferry(stack.api_url, name, password, every=POLL_SECONDS)


@contextmanager
def standing_still(stopped: list[int]) -> Iterator[None]:
    """Not killed, because then the emulator would have forgotten what it was about to do."""
    for pid in stopped:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
