"""Many small files as one transfer, beside `rclone copy --transfers 16` without hashes.

With --rtt there is a line of 1 Gbit/s between both, of which rclone's requests wait as well.

    python -m bench.small_files [--files 2000] [--kilobytes 100] [--rounds 3]
        [--verify readback] [--rtt 50]
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.namespaces import line, missing
from bench.ours import Ours, ours
from bench.place import BUCKET, LOOPBACK, Place, Side, ending_well, place
from bench.rclone import MANY, Rclone
from bench.rows import Rows, Run
from infra.local.ferry import Refused

PREFIX = "small/"
NOT_UNDERSTOOD = 400


def many_files(files: int, size: int) -> Callable[[Path], None]:
    def fill(bucket: Path) -> None:
        (bucket / PREFIX).mkdir()
        for number in range(files):
            (bucket / PREFIX / f"{number:06d}.bin").write_bytes(os.urandom(size))

    return fill


def theirs(rclone: Rclone, at: Place) -> Run:
    return rclone.run("copy", f"s3:{BUCKET}/{PREFIX}", f"ssh:{at.target}", *MANY)


def send_folder(we: Ours, verify: str) -> Run | None:
    """None when this version takes no folders."""
    try:
        return we.send({"bucket": BUCKET, "prefix": PREFIX}, if_exists="replace", verify=verify)
    except Refused as refused:
        if refused.status != NOT_UNDERSTOOD:
            raise
        return None


def check(at: Place, files: int) -> None:
    arrived = sum(1 for path in at.target.rglob("*") if path.is_file())
    if arrived != files:
        raise RuntimeError(f"{arrived} of {files} files arrived")


@contextmanager
def _side(rtt: float | None) -> Iterator[Side]:
    """Of the partner."""
    if rtt is None:
        yield LOOPBACK
        return
    with TemporaryDirectory() as folder, line(Path(folder)) as between:
        between.set(rtt)
        yield between.side


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verify", default="checksum")
    parser.add_argument("--rtt", type=float, help="ms, over a line of 1 Gbit/s")
    given = parser.parse_args()
    if given.rtt is not None and (why := missing()):
        print(f"\n**Small files over a line**: not measured, {why}.")
        return
    fill = many_files(given.files, given.kilobytes * 1_000)
    with ending_well(), _side(given.rtt) as side, place(fill, side) as at, ours(at) as we:
        rclone = Rclone(at)
        title = f"{given.files} files of {given.kilobytes} KB, verify {given.verify}"
        if given.rtt is not None:
            title += f", RTT {given.rtt:g} ms"
        rows = Rows(title, ("rclone copy",))
        able = send_folder(we, given.verify) is not None  # and warm
        for _ in range(given.rounds):
            at.clear()
            rows.add("rclone copy", theirs(rclone, at))
            check(at, given.files)
            at.clear()
            run = send_folder(we, given.verify) if able else None
            if run is not None:
                rows.add("FileFerry", run)
                check(at, given.files)
        rows.show()
        seconds = {name: min(run.seconds for run in runs) for name, runs in rows.runs.items()}
        for name, best in seconds.items():
            print(f"{name}: {given.files / best:.0f} files a second in its best round")
        if not able:
            print("FileFerry: this version takes no folders as one transfer.")


if __name__ == "__main__":
    main()
