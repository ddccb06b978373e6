"""python -m infra.regions.rehearsal plays docs/runbooks/failover.md with two local stacks.

One region stands still amid a transfer. The other one takes over with what was exported before, and
sends the file. Then the first one comes back, and has to keep its hands off the partner.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.calling import call_function
from infra.local.ferry import Ferry, Refused
from infra.local.partner import SftpServer
from infra.local.programs import children_of
from infra.local.stack import LocalStack
from infra.regions.carry import export, take
from infra.regions.home import switch
from infra.user import new_password

REGIONS = ("eu-central-1", "eu-west-1")
BUCKET, SMALL, LARGE = "outgoing", "small.bin", "large.bin"
SMALL_BYTES, LARGE_BYTES, CHUNK_BYTES = 100_000, 120_000_000, 4_000_000
HELD_SECONDS, LEASE_SECONDS = 6, 6
EVERYTHING = {"sources": [{"bucket": "*", "prefix": ""}], "destinations": ["*"]}
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.2
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


class RehearsalFailed(Exception):
    """The message says which promise was broken."""


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


def rehearse(folder: Path, say: Callable[[str], None] = print) -> None:
    """Raises RehearsalFailed, TimeoutError."""
    began = time.monotonic()
    with two_regions(folder) as (home, other):
        partner = home.stack.sftp("partner", folder / "partner-files")
        bodies = _fill(home, other)
        _told(home.ferry.register(_destination(partner), partner.host_key)["status"], "ok")
        say(f"two regions are up after {time.monotonic() - began:.0f} s")
        _refused(other, "the region that stands by")
        small = home.ferry.send(BUCKET, SMALL, "partner")
        _told(home.ferry.wait(small, PATIENCE_SECONDS)["status"], "completed")
        large = home.ferry.send(BUCKET, LARGE, "partner")
        _wait(lambda: _moved(home, large) > 0, "the large file to begin")
        _carry(home, other, folder / "export")
        with standing_still(home):
            stopped = time.monotonic()
            say("the home region stands still")
            other.switch("activate", alone=True)
            _wait(lambda: _works(other), "the other region to work")
            say(f"the other region works after {time.monotonic() - stopped:.0f} s")
            seen = other.ferry.state(small)
            _told((seen["status"], seen["receipt"]["bytes_sent"]), ("completed", SMALL_BYTES))
            lost = other.ferry.wait(large, PATIENCE_SECONDS)
            _told((lost["status"], lost["failure"]["code"]), ("failed", "region_overtaken"))
            other.ferry.call("POST", f"/api/transfer/{large}/retry")
            _told(other.ferry.wait(large, PATIENCE_SECONDS)["status"], "completed")
            say(f"its transfer has arrived after {time.monotonic() - stopped:.0f} s")
            _arrived(partner, bodies)
        _comes_back(home, large)
        _arrived(partner, bodies)
        say("the home region is back, stands by, and has touched nothing")
    say(f"OK in {time.monotonic() - began:.0f} s")


@contextmanager
def two_regions(folder: Path) -> Iterator[tuple[Region, Region]]:
    stacks = [
        LocalStack(folder / name, PARAMETERS, region=region)
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
        finally:
            for stack in stacks:
                stack.stop()


def _meet(stack: LocalStack, peer: LocalStack) -> None:
    stack.deploy("transfer", {"PeerRegion": peer.region, "PeerEndpoint": peer.endpoint})


def _admin_of(stack: LocalStack) -> Ferry:
    """Passwords are not carried, so each region has an admin of its own."""
    name, password = f"admin-{stack.region}", new_password()
    event = {"user": name, "password": password, "grants": EVERYTHING}
    call_function(stack.client("lambda"), "local", "auth", "create-admin", event)
    return Ferry(stack.api_url, name, password, every=POLL_SECONDS)


@contextmanager
def standing_still(region: Region) -> Iterator[None]:
    """Not killed, because then the emulator would have forgotten what it was about to do."""
    stopped = region.processes()
    for pid in stopped:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _fill(*regions: Region) -> dict[str, bytes]:
    """As a replicated bucket would."""
    bodies = {SMALL: os.urandom(SMALL_BYTES), LARGE: os.urandom(LARGE_BYTES)}
    for region in regions:
        region.stack.create_bucket(BUCKET)
        for key, body in bodies.items():
            region.stack.client("s3").put_object(
                Bucket=BUCKET, Key=key, Body=body, ChecksumAlgorithm="CRC64NVME"
            )
    return bodies


def _destination(partner: SftpServer) -> dict[str, Any]:
    return {
        "id": "partner",
        "name": "Partner",
        "protocol": "sftp",
        "host": partner.host,
        "port": partner.port,
        "user": partner.user,
        "password": partner.password,
    }


def _carry(home: Region, other: Region, folder: Path) -> None:
    export(home.stack.client("lambda"), "local", home.stack.region, folder)
    for told in take(other.stack.client("lambda"), "local", folder).values():
        _told(told["refused"], [])
    _replicate(home, other)


def _replicate(home: Region, other: Region) -> None:
    """What Secrets Manager does by itself: two emulators know nothing of each other."""
    here, there = (each.stack.client("secretsmanager") for each in (home, other))
    filters = [{"Key": "name", "Values": ["fileferry/local/destinations/"]}]
    for each in here.list_secrets(Filters=filters)["SecretList"]:
        if each["Name"].startswith("fileferry/local/destinations/"):
            text = here.get_secret_value(SecretId=each["Name"])["SecretString"]
            there.create_secret(Name=each["Name"], SecretString=text)


def _moved(region: Region, transfer: str) -> int:
    return int(region.ferry.state(transfer)["progress"]["bytes_done"])


def _works(region: Region) -> bool:
    region.sweep()
    return bool(region.switch("show")["works"])


def _comes_back(home: Region, large: str) -> None:
    """Its processes go on where they stood."""
    _wait(lambda: not _works(home), "the home region to find out")
    told = home.switch("show")
    _told((told["works"], told["wants_to_work"]), (False, False))
    _refused(home, "the region that came back")
    _wait(
        lambda: home.ferry.state(large)["status"] in ("failing", "failed"),
        "the home region to give its transfer up",
    )
    time.sleep(2 * LEASE_SECONDS)  # whatever it still had in hand would be done by now


def _refused(region: Region, which: str) -> None:
    try:
        region.ferry.send(BUCKET, SMALL, "partner")
    except Refused as refused:
        code = refused.problem.get("code")
        if code in ("region_stands_by", "destination_not_found"):
            return
        raise
    raise RehearsalFailed(f"{which} took a transfer")


def _arrived(partner: SftpServer, bodies: dict[str, bytes]) -> None:
    for name, body in bodies.items():
        if (partner.root / name).read_bytes() != body:
            raise RehearsalFailed(f"{name} is not what was sent")


def _told(found: object, expected: object) -> None:
    if found != expected:
        raise RehearsalFailed(f"{found!r} instead of {expected!r}")


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {PATIENCE_SECONDS:g} s for {what}.")
        time.sleep(POLL_SECONDS)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="failover-") as folder:
        rehearse(Path(folder))


if __name__ == "__main__":
    main()
