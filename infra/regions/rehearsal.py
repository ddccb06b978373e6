"""python -m infra.regions.rehearsal plays docs/runbooks/failover.md with two local stacks.

One region stands still amid a transfer. The other one takes over with what was exported before, and
sends the file. Then the first one comes back, and has to keep its hands off the partner.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from infra.local.ferry import ENDED, Refused
from infra.local.partner import SftpServer
from infra.regions.carry import export, take
from infra.regions.pair import (
    LEASE_SECONDS,
    POLL_SECONDS,
    Region,
    standing_still,
    two_regions,
)

BUCKET, SMALL, LARGE = "outgoing", "small.bin", "large.bin"
SMALL_BYTES, LARGE_BYTES = 100_000, 100_000_000
LOOK_SECONDS = 0.005  # the large file takes a second
PATIENCE_SECONDS = 120.0  # all of it takes seconds on a machine that does nothing else


class RehearsalFailed(Exception):
    """The message says which promise was broken."""


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
        _completes(home, small)
        large = home.ferry.send(BUCKET, LARGE, "partner")
        _wait(lambda: _begun(partner), "the large file to begin", LOOK_SECONDS)
        with ExitStack() as outage:
            with standing_still([partner.program.pid]):  # or the file is done too soon
                _told(home.ferry.state(large)["status"], "moving")
                _carry(home, other, folder / "export")
                _told(home.ferry.state(large)["status"], "moving")
                outage.enter_context(standing_still(home.processes()))
            say("the home region stands still")
            _take_over(other, small, large, say)
            arrived = _arrived(partner, bodies)
        _comes_back(home, large)
        _told(_arrived(partner, bodies), arrived)
        say("the home region is back, stands by, and has touched nothing")
    say(f"OK in {time.monotonic() - began:.0f} s")


def _take_over(other: Region, small: str, large: str, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    other.switch("activate", alone=True)
    _wait(lambda: _works(other), "the other region to work")
    say(f"the other region works after {time.monotonic() - began:.0f} s")
    seen = other.ferry.state(small)
    _told((seen["status"], seen["receipt"]["bytes_sent"]), ("completed", SMALL_BYTES))
    _wait(lambda: _ended(other, large), "the end of the transfer that was overtaken")
    lost = other.ferry.state(large)
    _told((lost["status"], lost["failure"]["code"]), ("failed", "region_overtaken"))
    other.ferry.call("POST", f"/api/transfer/{large}/retry")
    _completes(other, large)
    say(f"the file has arrived after {time.monotonic() - began:.0f} s")


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


def _completes(region: Region, transfer: str) -> None:
    ended = region.ferry.wait(transfer, PATIENCE_SECONDS)
    if ended["status"] != "completed":
        raise RehearsalFailed(f"the transfer ended {ended['status']}: {ended.get('failure')}")


def _begun(partner: SftpServer) -> bool:
    return any(path.stat().st_size for path in partner.root.rglob(".*.part"))


def _ended(region: Region, transfer: str) -> bool:
    region.sweep()
    return region.ferry.state(transfer)["status"] in ENDED


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
    time.sleep(LEASE_SECONDS + 2)  # whatever it still had in hand would be done by now


def _refused(region: Region, which: str) -> None:
    try:
        region.ferry.send(BUCKET, SMALL, "partner")
    except Refused as refused:
        if refused.problem.get("code") == "region_stands_by":
            return
        raise
    raise RehearsalFailed(f"{which} took a transfer")


def _arrived(partner: SftpServer, bodies: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    """Which files they are, and when they were written: the same bytes, sent again, are others."""
    for name, body in bodies.items():
        if (partner.root / name).read_bytes() != body:
            raise RehearsalFailed(f"{name} is not what was sent")
    found = {name: (partner.root / name).stat() for name in bodies}
    return {name: (each.st_ino, each.st_mtime_ns) for name, each in found.items()}


def _told(found: object, expected: object) -> None:
    if found != expected:
        raise RehearsalFailed(f"{found!r} instead of {expected!r}")


def _wait(ready: Callable[[], bool], what: str, every: float = POLL_SECONDS) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {PATIENCE_SECONDS:g} s for {what}.")
        time.sleep(every)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="failover-") as folder:
        rehearse(Path(folder))


if __name__ == "__main__":
    main()
