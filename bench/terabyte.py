"""A terabyte through the whole path on loopback: are ledger, progress and memory flat to the end?

The source repeats a block of odd size, so that bytes at a wrong place change the checksum, and S3
tells the CRC64NVME of the whole. OpenSSH writes into a folder that forgets. So only the size is
looked at there (verify: size), and this bench compares the receipt's checksum with S3's.

    python -m bench.terabyte [--gigabytes 1000] [--every 60]
"""

import argparse
import base64
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bench.discard import discarding
from bench.ours import Ours, ours
from bench.place import BIG, BUCKET, ending_well, place
from bench.rows import head, machine, row
from bench.s3_sendfile import sums_of
from infra.local.ferry import ENDED, Refused
from infra.local.measure import peak_rss_mb, rss_mb

TILE_BYTES = 61_000_003  # chunks begin at ever other places of it
TABLE = "fileferry-local-transfer"
LOOK_SECONDS = 5.0
BLIND_SECONDS = 600.0  # so long the bench goes on although it cannot look
FIRST_OF_OURS = 500  # this status and those above it are faults of the server
UNSAID = (
    "internal-sftp -P statvfs,fstatvfs"  # the folder has less room than a terabyte, and says so
)


def tile(bucket: Path) -> None:
    (bucket / BIG).write_bytes(os.urandom(TILE_BYTES))


def ledger_rows(we: Ours, transfer_id: str) -> int:
    query = we.stack.client("dynamodb").get_paginator("query")
    pages = query.paginate(
        TableName=TABLE,
        Select="COUNT",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :ledger)",
        ExpressionAttributeValues={":pk": {"S": f"T#{transfer_id}"}, ":ledger": {"S": "LEDGER#"}},
    )
    return sum(page["Count"] for page in pages)


def state_of(we: Ours, transfer_id: str) -> Any:  # noqa: ANN401
    """A transfer of hours goes on while somebody cannot look at it, and so does the bench."""
    began = time.monotonic()
    while True:
        try:
            return we.ferry.state(transfer_id)
        except (Refused, httpx.TransportError) as error:
            ours_to_mend = not isinstance(error, Refused) or error.status >= FIRST_OF_OURS
            if not ours_to_mend or time.monotonic() - began > BLIND_SECONDS:
                raise
            print(f"cannot look just now: {error!r}", file=sys.stderr, flush=True)
            time.sleep(LOOK_SECONDS)


def watch(we: Ours, transfer_id: str, every: float) -> Any:  # noqa: ANN401
    """Prints a row each `every` seconds, and one at the end. Returns the state at the end."""
    began = last = time.monotonic()
    bytes_before = 0
    head(
        *("minutes", "GB", "%", "MB/s since the last row", "rate it shows, MB/s"),
        *("workers' RSS MB", "peak", "workers", "ledger rows"),
    )
    while True:
        state, now = state_of(we, transfer_id), time.monotonic()
        ended = state["status"] in ENDED
        if ended or now - last >= every:
            pids = we.lane_workers()
            done = state["bytes_done"] or 0
            row(
                f"{(now - began) / 60:.1f}",
                f"{done / 1e9:.1f}",
                f"{state['percent'] or 0:.1f}",
                f"{(done - bytes_before) / (now - last) / 1e6:.0f}",
                f"{(state['rate_bytes_per_second'] or 0) / 1e6:.0f}",
                f"{max(map(rss_mb, pids), default=0):.0f}",
                f"{max(map(peak_rss_mb, pids), default=0):.0f}",
                len(pids),
                ledger_rows(we, transfer_id),
            )
            last, bytes_before = now, done
        if ended:
            return state
        time.sleep(min(every, LOOK_SECONDS))


def send(we: Ours, expected_crc: Callable[[], str], every: float) -> None:
    wishes: dict[str, Any] = {"if_exists": "replace", "verify": "size"}
    transfer_id = we.ferry.send(BUCKET, BIG, "bench", **wishes)
    began = time.monotonic()
    state = watch(we, transfer_id, every)
    if state["status"] != "completed":
        raise RuntimeError(f"{state['status']}: {state['failure']}")
    found, expected = state["receipt"]["crc64nvme"], expected_crc()
    if found != expected:
        raise RuntimeError(f"the receipt says {found}, S3 says {expected}")
    size, seconds = state["size_bytes"], time.monotonic() - began
    print(f"\n{size / 1e9:.0f} GB in {seconds / 3600:.2f} h, {size / seconds / 1e6:.0f} MB/s,")
    print(f"CRC64NVME {found} as S3's; {machine()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1_000)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two rows")
    given = parser.parse_args()
    size = round(given.gigabytes * 1e9)
    repeated = ("--repeat-to", str(size))
    with ending_well(), place(tile, s3_options=repeated, sftp=UNSAID) as at, ours(at) as we:
        source = at.bucket / BIG

        def expected_crc() -> str:
            sums = sums_of(source, source.stat().st_mtime_ns, size)
            return base64.b64decode(sums.crc64nvme).hex()

        with discarding(at.target):
            send(we, expected_crc, given.every)


if __name__ == "__main__":
    main()
