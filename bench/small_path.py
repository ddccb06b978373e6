"""Only the moving of many small files: S3 (sendfile) -> our lanes -> OpenSSH, beside rclone.

Nothing else of FileFerry runs: no listing, no workflow, no ledger. CPU is what counts on a machine
that does other things as well. Passes after the first one show whether a worker's memory grows.

    python -m bench.small_path [--files 2000] [--kilobytes 100] [--passes 3] [--other CHECKOUT]
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.place import Place, ending_well, place
from bench.rclone import Rclone
from bench.rows import head, machine, row
from bench.small_files import check, many_files, theirs
from infra.local.measure import cpu_seconds

HERE = Path(__file__).resolve().parent.parent
LANE = HERE / "bench" / "small_lane.py"


@dataclass(frozen=True)
class Pass:
    """CPU in seconds: of the lanes, and of the partner's server."""

    seconds: float
    cpu: float
    server: float
    peak_mb: float | None = None


def lanes_of(at: Place, checkout: Path, lanes: int, passes: int) -> list[Pass]:
    """The server's CPU is that of all passes, in equal parts."""
    command = [sys.executable, str(LANE), "--s3", at.s3_url, "--port", str(at.sshd.port)]
    command += ["--user", at.sshd.user.name, "--key", str(at.sshd.user_key)]
    command += ["--host-key", str(at.sshd.host_keys[0]), "--target", str(at.target)]
    command += ["--lanes", str(lanes), "--passes", str(passes)]
    environment = {**os.environ, "PYTHONPATH": f"{checkout}:{HERE}"}
    server = cpu_seconds(at.sshd.pid)
    running = [
        subprocess.Popen(
            [*command, "--lane", str(lane)], env=environment, cwd=checkout, stdout=subprocess.PIPE
        )
        for lane in range(lanes)
    ]
    told = [[json.loads(line) for line in each.communicate()[0].splitlines()] for each in running]
    server = (cpu_seconds(at.sshd.pid) - server) / passes
    return [
        Pass(
            max(each["seconds"] for each in of_lanes),
            sum(each["cpu"] for each in of_lanes),
            server,
            max(each["peak_mb"] for each in of_lanes),
        )
        for of_lanes in zip(*told, strict=True)
    ]


def show(name: str, passes: Sequence[Pass], files: int) -> None:
    for number, each in enumerate(passes, 1):
        engine, server = (1000 * cpu / files for cpu in (each.cpu, each.server))
        peak = "" if each.peak_mb is None else f"{each.peak_mb:.1f}"
        rate = f"{files / each.seconds:.0f}"
        row(name, number, rate, f"{engine:.3f}", f"{server:.3f}", peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--lanes", type=int, nargs="+", default=[1])
    parser.add_argument("--other", type=Path, help="another checkout, measured beside this one")
    parser.add_argument("--without-rclone", action="store_true")
    given = parser.parse_args()
    others = [("before", given.other.resolve())] if given.other else []
    with ending_well(), place(many_files(given.files, given.kilobytes * 1_000)) as at:
        print(f"\n**{given.files} files of {given.kilobytes} KB**, {machine()}\n")
        head("", "pass", "files a second", "engine CPU ms a file", "server", "peak RSS MB")
        for _ in range(given.rounds):
            if not given.without_rclone:
                at.clear()
                run = theirs(Rclone(at), at)
                show("rclone", [Pass(run.seconds, run.engine_cpu, run.server_cpu)], given.files)
            for lanes in given.lanes:
                for name, checkout in [*others, ("now", HERE)]:
                    at.clear()
                    passes = lanes_of(at, checkout, lanes, given.passes)
                    check(at, given.files)
                    show(f"{name}, lanes: {lanes}", passes, given.files)


if __name__ == "__main__":
    main()
