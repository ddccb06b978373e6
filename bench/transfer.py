"""FileFerry's whole path beside `rclone copyto`, interleaved, against the same servers.

S3 (sendfile) -> OpenSSH, both on this machine, files in memory. FileFerry is measured from the POST
to the end of its record: workflow, ledger, verify and rename included. rclone verifies by MD5 on
the server with its defaults, and not at all when tuned. FileFerry always verifies: CRC64NVME and
samples that are read back.

    python -m bench.transfer [--megabytes 2000 6000] [--rounds 3] [--lanes 1 2 4] [--profile]
"""

import argparse

from bench.lane_profile import profiled
from bench.ours import Ours, ours
from bench.place import big_file, ending_well, place
from bench.rclone import TUNED, Rclone
from bench.rows import Rows

MEGABYTE = 1_000_000


def measure(megabytes: int, given: argparse.Namespace) -> None:
    size = megabytes * MEGABYTE
    with place(big_file(size)) as at, ours(at) as we:
        rclone = Rclone(at)
        rows = Rows(f"{megabytes} MB, one host", ("rclone default", "rclone tuned"))
        for number in range(given.rounds):
            at.clear()
            rows.add("rclone default", rclone.copyto())
            at.clear()
            rows.add("rclone tuned", rclone.copyto(*TUNED))
            for lanes in given.lanes or [None]:
                name = "FileFerry" if lanes is None else f"FileFerry, lanes: {lanes}"
                prepare(we, lanes, first=number == 0)
                at.clear()
                rows.add(name, we.big())
        rows.show()
        if given.profile:
            with profiled(we.lane_workers(), at.folder):
                we.big()


def prepare(we: Ours, lanes: int | None, *, first: bool) -> None:
    """Sets the lanes, unless the stack chooses them, and warms functions that are new."""
    if lanes is not None:
        we.deploy(LanesPerTransfer=str(lanes))
    if first or lanes is not None:
        we.big()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[2_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lanes", type=int, nargs="+", help="fixed; the stack chooses without it")
    parser.add_argument("--profile", action="store_true", help="one more transfer, under py-spy")
    given = parser.parse_args()
    with ending_well():
        for megabytes in given.megabytes:
            measure(megabytes, given)


if __name__ == "__main__":
    main()
