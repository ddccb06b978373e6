"""A large file over a line of 1 Gbit/s, by round-trip time and loss, beside rclone tuned.

The partner's OpenSSH is in a network namespace of its own. S3, rclone and our whole stack are on
this side of the line.

Each case has a destination of its own, because the stack remembers what helped at one.

    python -m bench.line [--megabytes 4000] [--rtt 0 20 50 100] [--loss 0.1] [--lanes 4]
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.namespaces import Line, line, missing
from bench.ours import ours, sftp_destination
from bench.place import big_file, ending_well, place
from bench.rclone import TUNED, Rclone
from bench.rows import Rows

LOSSY_RTT_MS = 50.0
WORKERS = "20"  # half of them at most for one partner: enough for all sessions that it allows


def cases(given: argparse.Namespace) -> Iterator[tuple[float, float]]:
    """Round trip in milliseconds, and loss."""
    for rtt in given.rtt:
        yield rtt, 0.0
    for percent in given.loss:
        yield LOSSY_RTT_MS, percent / 100


def measure(between: Line, given: argparse.Namespace) -> None:
    size = given.megabytes * 1_000_000
    settings = {"LaneConcurrency": WORKERS, "ShorterEnds": "true"}
    if given.lanes is not None:
        settings["LanesPerTransfer"] = str(given.lanes)
    with place(big_file(size), between.side) as at, ours(at, **settings) as we:
        rclone = Rclone(at)
        we.big()
        for rtt, loss in cases(given):
            between.set(rtt, loss)
            lossy = f", {loss:.1%} loss" if loss else ""
            title = f"{given.megabytes} MB, 1 Gbit/s, RTT {rtt:g} ms{lossy}, {congestion_control()}"
            rows = Rows(title, ("rclone tuned",))
            destination = f"rtt-{rtt:g}-loss-{loss * 1000:g}".replace(".", "-")
            we.admin.register(sftp_destination(at, id=destination), str(at.sshd.host_keys[0]))
            for _ in range(given.rounds):
                at.clear()
                rows.add("rclone tuned", rclone.copyto(*TUNED))
                at.clear()
                rows.add("FileFerry", we.big(destination_id=destination))
            rows.show()


def congestion_control() -> str:
    return Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rtt", type=float, nargs="*", default=[0, 20, 50, 100], help="ms")
    parser.add_argument("--loss", type=float, nargs="*", default=[0.1], help="%%, at 50 ms")
    parser.add_argument("--lanes", type=int, help="fixed; the stack chooses without it")
    given = parser.parse_args()
    if why := missing():
        print(f"\n**1 Gbit/s line**: not measured, {why}.")
        return
    with ending_well(), TemporaryDirectory() as folder, line(Path(folder)) as between:
        measure(between, given)


if __name__ == "__main__":
    main()
