"""Only the bytes: S3 (sendfile) -> our lanes -> OpenSSH, beside `rclone copyto`, interleaved.

Nothing else of FileFerry runs, so the engine's CPU is that of its lanes. A lane's seconds begin
after its login. Those of rclone are of its whole process, and its verify is switched off where the
row does not say otherwise: that of FileFerry is a step of its workflow, not of its lanes.

    python -m bench.sftp_path [--megabytes 2000] [--rounds 3] [--lanes 1 2] [--other CHECKOUT]
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.place import BIG, Place, big_file, ending_well, place
from bench.rclone import TUNED, Rclone
from bench.rows import Rows, Run
from infra.local.measure import cpu_seconds

HERE = Path(__file__).resolve().parent.parent
LANE = HERE / "bench" / "sftp_lane.py"
MEGABYTE = 1_000_000


def lanes_of(at: Place, checkout: Path, lanes: int) -> Run:
    target, size = at.target / BIG, (at.bucket / BIG).stat().st_size
    with target.open("wb") as file:
        file.truncate(size)
    command = [sys.executable, str(LANE), "--s3", at.s3_url, "--port", str(at.sshd.port)]
    command += ["--user", at.sshd.user.name, "--key", str(at.sshd.user_key)]
    command += ["--host-key", str(at.sshd.host_keys[0]), "--target", str(target)]
    command += ["--lanes", str(lanes)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    server = cpu_seconds(at.sshd.pid)
    running = [
        subprocess.Popen(
            [*command, "--lane", str(lane)], env=environment, cwd=checkout, stdout=subprocess.PIPE
        )
        for lane in range(lanes)
    ]
    told = [json.loads(each.communicate()[0]) for each in running]
    return Run(
        seconds=max(each["seconds"] for each in told),
        size=size,
        engine_cpu=sum(each["cpu"] for each in told),
        server_cpu=cpu_seconds(at.sshd.pid) - server,
        peak_mb=max(each["peak_mb"] for each in told),
        lanes=lanes,
    )


def runs_of(at: Place, given: argparse.Namespace) -> dict[str, Callable[[], Run]]:
    runs: dict[str, Callable[[], Run]] = {}
    if not given.without_rclone:
        rclone = Rclone(at)
        runs["rclone default"] = rclone.copyto
        runs["rclone tuned"] = partial(rclone.copyto, *TUNED)
    for lanes in given.lanes:
        if given.other:
            runs[f"before, lanes: {lanes}"] = partial(lanes_of, at, given.other.resolve(), lanes)
        runs[f"lanes: {lanes}"] = partial(lanes_of, at, HERE, lanes)
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lanes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--other", type=Path, help="another checkout, measured beside this one")
    parser.add_argument("--without-rclone", action="store_true")
    given = parser.parse_args()
    with ending_well(), place(big_file(given.megabytes * MEGABYTE)) as at:
        runs = runs_of(at, given)
        rows = Rows(f"{given.megabytes} MB, the bytes only", ("rclone default", "rclone tuned"))
        for _ in range(given.rounds):
            for name, run in runs.items():
                at.clear()
                rows.add(name, run())
        rows.show()


if __name__ == "__main__":
    main()
