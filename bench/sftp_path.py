"""Only the bytes: S3 (sendfile) -> our lanes -> OpenSSH, beside `rclone copyto`, interleaved.

Nothing else of FileFerry runs, so the client's CPU is that of its lanes. A lane's seconds begin
after its login. Those of rclone are of its whole process, and its verify is switched off where the
row does not say otherwise: that of FileFerry is a step of its workflow, not of its lanes.

    python -m bench.sftp_path [--megabytes 2000] [--rounds 3] [--lanes 1 2] [--other CHECKOUT]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.transfer import Place, place, rclone
from infra.local.measure import cpu_seconds

HERE = Path(__file__).resolve().parent.parent
LANE = HERE / "bench" / "sftp_lane.py"
TUNED = (
    "--sftp-chunk-size=255k",
    "--sftp-concurrency=64",
    "--sftp-disable-hashcheck",
    "--buffer-size=64M",
)


@dataclass(frozen=True)
class Result:
    seconds: float
    client_cpu: float
    peak_mb: float = 0.0


@dataclass
class Row:
    name: str
    run: Callable[[], Result]
    results: list[Result] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)


def lanes_of(at: Place, checkout: Path, lanes: int) -> Result:
    target = at.target / "big.bin"
    with target.open("wb") as file:
        file.truncate(at.size)
    command = [sys.executable, str(LANE), "--s3", at.s3_url, "--port", str(at.sshd.port)]
    command += ["--user", at.sshd.user.name, "--key", str(at.sshd.user_key)]
    command += ["--host-key", str(at.sshd.host_keys[0]), "--target", str(target)]
    command += ["--lanes", str(lanes)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    running = [
        subprocess.Popen(
            [*command, "--lane", str(lane)], env=environment, cwd=checkout, stdout=subprocess.PIPE
        )
        for lane in range(lanes)
    ]
    told = [json.loads(each.communicate()[0]) for each in running]
    return Result(
        max(each["seconds"] for each in told),
        sum(each["cpu"] for each in told),
        max(each["peak_mb"] for each in told),
    )


def rclone_of(run: Callable[[], float]) -> Result:
    began = time.monotonic()
    cpu = run()
    return Result(time.monotonic() - began, cpu)


def measure(row: Row, at: Place) -> None:
    at.clear()
    server = cpu_seconds(at.sshd.pid)
    result = row.run()
    row.results.append(result)
    row.server_cpu.append(cpu_seconds(at.sshd.pid) - server)
    at.check()
    speed, cpu = at.size / result.seconds / 1e6, result.client_cpu / at.size * 1e9
    print(f"{row.name}: {speed:.0f} MB/s, {cpu:.2f} CPU s/GB", flush=True)


def show(rows: list[Row], size: int) -> None:
    print(f"\n{size / 1e6:.0f} MB, median of {len(rows[0].results)} interleaved rounds")
    print("| | MB/s | all rounds | client CPU s/GB | server CPU s/GB | peak RSS MB |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        speeds = [size / each.seconds / 1e6 for each in row.results]
        client = statistics.median(each.client_cpu for each in row.results) / size * 1e9
        server = statistics.median(row.server_cpu) / size * 1e9
        peak = max(each.peak_mb for each in row.results)
        rounds = " ".join(f"{each:.0f}" for each in speeds)
        print(
            f"| {row.name} | {statistics.median(speeds):.0f} | {rounds}"
            f" | {client:.2f} | {server:.2f} | {f'{peak:.0f}' if peak else ''} |"
        )


def rows_of(at: Place, given: argparse.Namespace) -> list[Row]:
    rows = []
    if not given.without_rclone:
        rows += [
            Row("rclone copyto", partial(rclone_of, rclone(at))),
            Row("rclone tuned", partial(rclone_of, rclone(at, *TUNED))),
        ]
    for lanes in given.lanes:
        if given.other:
            name = f"before, lanes: {lanes}"
            rows.append(Row(name, partial(lanes_of, at, given.other.resolve(), lanes)))
        rows.append(Row(f"lanes: {lanes}", partial(lanes_of, at, HERE, lanes)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lanes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--other", type=Path, help="another checkout, measured beside this one")
    parser.add_argument("--without-rclone", action="store_true")
    given = parser.parse_args()
    with place(given.megabytes) as at:
        rows = rows_of(at, given)
        for _ in range(given.rounds):
            for row in rows:
                measure(row, at)
        show(rows, at.size)


if __name__ == "__main__":
    main()
