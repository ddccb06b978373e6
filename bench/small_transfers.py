"""What a file of 1 KB takes, from the POST to `completed`, on the warm local stack.

One after the other; many at once to a destination with two sessions; and so many a second for a
minute, with the backlog over time. Times are those of the records, so nobody has to watch.

    python -m bench.small_transfers [--one-by-one 40] [--rate 20] [--seconds 60]
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.ours import Ours, ours, sftp_destination
from bench.place import BUCKET, ending_well, place
from bench.rows import head, machine, percentiles, row
from infra.local.measure import cpu_seconds

KEY = "tiny"
WARM_UP = 4
LANE_WORKERS = "20"  # half of them at most work for one destination
PATIENCE_SECONDS = 600.0
POSTS_AT_ONCE = 16
BACKLOG_EVERY_SECONDS = 5.0
TABLE = "fileferry-local-transfer"


def tiny(bucket: Path) -> None:
    (bucket / KEY).write_bytes(b"x" * 1_000)


def seconds_of(state: Any) -> float:  # noqa: ANN401 - JSON
    if state["status"] != "completed":
        raise RuntimeError(f"{state['status']}: {state['failure']}")
    begin, end = (datetime.fromisoformat(state[at]) for at in ("requested_at", "finished_at"))
    return (end - begin).total_seconds()


def send(we: Ours, name: str, destination_id: str = "bench", label: str = "small") -> str:
    return we.ferry.send(BUCKET, KEY, destination_id, target_path=name, label=label)


def one_by_one(we: Ours, count: int) -> list[float]:
    sent = [
        seconds_of(we.ferry.wait(send(we, f"one-{number}"), PATIENCE_SECONDS))
        for number in range(WARM_UP + count)
    ]
    return sent[WARM_UP:]


def at_once(we: Ours, count: int) -> float:
    """Seconds until the last one is completed."""
    wish = sftp_destination(we.at, id="two", max_sessions=2)
    we.admin.register(wish, str(we.at.sshd.host_keys[0]))
    began = time.time()
    sent = [send(we, f"many-{number}", "two") for number in range(count)]
    ended = [we.ferry.wait(each, PATIENCE_SECONDS) for each in sent]
    assert {each["status"] for each in ended} == {"completed"}
    return max(datetime.fromisoformat(each["finished_at"]).timestamp() for each in ended) - began


def backlog(we: Ours) -> int:
    """Transfers that are not at their end."""
    found = we.stack.client("dynamodb").query(
        TableName=TABLE,
        IndexName="by_outcome",
        Select="COUNT",
        KeyConditionExpression="gsi4pk = :active",
        ExpressionAttributeValues={":active": {"S": "active"}},
    )
    return int(found["Count"])


@contextmanager
def posting() -> Iterator[ThreadPoolExecutor]:
    """What is not begun when this is broken off is never sent."""
    pool = ThreadPoolExecutor(POSTS_AT_ONCE)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def sustained(we: Ours, rate: float, seconds: float) -> None:
    """Arrivals keep their times, however slow the answers are."""
    print(f"\n{rate:g} a second for {seconds:g} s; the backlog as it comes:\n")
    head("second", "sent", "backlog")
    wanted, cpu, began = round(rate * seconds), cpu_seconds(we.stack.emulator.pid), time.monotonic()
    shown = began
    with posting() as pool:
        posts = []
        for number in range(wanted):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            posts.append(pool.submit(send, we, f"steady-{number}", label="steady"))
            if time.monotonic() - shown >= BACKLOG_EVERY_SECONDS:
                shown = time.monotonic()
                row(f"{shown - began:.0f}", sum(each.done() for each in posts), backlog(we))
        ids = [each.result() for each in posts]
    while left := backlog(we):
        row(f"{time.monotonic() - began:.0f}", len(ids), left)
        if time.monotonic() - began > PATIENCE_SECONDS + seconds:
            raise TimeoutError(f"{left} transfers do not end")
        time.sleep(BACKLOG_EVERY_SECONDS)
    tell(we, time.monotonic() - began, cpu)


def tell(we: Ours, seconds: float, cpu_before: float) -> None:
    states = in_history(we, "steady")
    part = percentiles([seconds_of(each) for each in states])
    cores = (cpu_seconds(we.stack.emulator.pid) - cpu_before) / seconds
    print(f"\n{len(states)} completed in {seconds:.0f} s: {len(states) / seconds:.1f} a second,")
    print(f"p50 {part[50]:.2f} s, p95 {part[95]:.2f} s; the emulator and its functions used")
    print(f"{cores:.1f} cores; peak RSS of a lane worker {we.peak_mb():.0f} MB", flush=True)


def in_history(we: Ours, label: str) -> Sequence[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        page = we.ferry.call("GET", f"/api/history?label={label}&limit=100{cursor}")
        found += page["transfers"]
        if not page["cursor"]:
            return found
        cursor = f"&cursor={page['cursor']}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one-by-one", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=22)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with ending_well(), place(tiny) as at, ours(at, LaneConcurrency=LANE_WORKERS) as we:
        print(f"\n**A file of 1 KB**, {machine()}\n")
        part = percentiles(one_by_one(we, given.one_by_one))
        head("", "p50 s", "p95 s")
        row(f"{given.one_by_one} one after the other", f"{part[50]:.2f}", f"{part[95]:.2f}")
        if given.at_once:
            seconds = at_once(we, given.at_once)
            print(f"\n{given.at_once} at once, two sessions: {seconds:.1f} s until the last")
        if given.rate:
            sustained(we, given.rate, given.seconds)


if __name__ == "__main__":
    main()
