"""Many small files as one transfer, beside `rclone copy --transfers 16` without hashes.

python -m bench.small_files [--files 2000] [--kilobytes 100] [--rounds 3]
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from bench.ours import Ours, ours
from bench.place import BUCKET, Place, ending_well, place
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


def send_folder(we: Ours) -> Run | None:
    """None when this version takes no folders."""
    try:
        return we.send({"bucket": BUCKET, "prefix": PREFIX}, if_exists="replace")
    except Refused as refused:
        if refused.status != NOT_UNDERSTOOD:
            raise
        return None


def check(at: Place, files: int) -> None:
    arrived = sum(1 for path in at.target.rglob("*") if path.is_file())
    if arrived != files:
        raise RuntimeError(f"{arrived} of {files} files arrived")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    fill = many_files(given.files, given.kilobytes * 1_000)
    with ending_well(), place(fill) as at, ours(at) as we:
        rclone = Rclone(at)
        rows = Rows(f"{given.files} files of {given.kilobytes} KB", ("rclone copy",))
        able = send_folder(we) is not None  # and warm
        for _ in range(given.rounds):
            at.clear()
            rows.add("rclone copy", theirs(rclone, at))
            check(at, given.files)
            at.clear()
            run = send_folder(we) if able else None
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
