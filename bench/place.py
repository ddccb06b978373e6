"""Where a bench happens: a folder in memory with S3's objects, an S3 server and an sshd.

Nothing stays behind. SIGTERM and Ctrl-C unwind what was begun. What a bench that was killed left
is removed by the next one.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from infra.local.programs import end_programs, start_program
from tests.servers.openssh import OpenSshServer
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for

MEMORY = Path("/dev/shm")  # disks would be measured otherwise  # noqa: S108
PREFIX = "fileferry-bench-"
BUCKET, BIG = "bench", "big.bin"
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Side:
    """Where the partner's server is. What is started while `inside` is entered runs there."""

    host: str = "127.0.0.1"
    inside: Callable[[], AbstractContextManager[None]] = nullcontext


LOOPBACK = Side()


@dataclass(frozen=True)
class Place:
    """`sshd` lets the current user in, also to hash."""

    folder: Path
    sshd: OpenSshServer
    s3_url: str
    host: str

    @property
    def bucket(self) -> Path:
        return bucket_of(self.folder)

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def clear(self) -> None:
        for path in self.target.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def received_bytes(self) -> int:
        return sum(path.stat().st_size for path in self.target.rglob("*") if path.is_file())


def bucket_of(folder: Path) -> Path:
    return folder / "s3" / BUCKET


@contextmanager
def ending_well() -> Iterator[None]:
    """The first SIGTERM or Ctrl-C ends what is inside by an exception, so that everything is put
    away. Later ones are ignored, because they would break that off."""

    def end(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Its name tells whose it is."""
    remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def place(
    fill: Callable[[Path], None],
    side: Side = LOOPBACK,
    s3_options: Sequence[str] = (),
    sftp: str = "internal-sftp",
) -> Iterator[Place]:
    """`fill` writes the objects into the bucket's folder. `sftp` is the server's command for it."""
    with folder_in_memory() as folder:
        bucket_of(folder).mkdir(parents=True)
        (folder / "target").mkdir()
        fill(bucket_of(folder))
        user = SystemUser(os.environ.get("USER", "root"), None, os.getuid(), os.getgid())
        settings = ["LogLevel ERROR", f"ListenAddress {side.host}", "ListenAddress 127.0.0.1"]
        sshd = OpenSshServer(folder / "sshd", user, settings=settings, subsystem=f"sftp {sftp}")
        with s3_server(folder, s3_options) as s3_url:
            try:
                with side.inside():
                    sshd.start()
                yield Place(folder, sshd, s3_url, side.host)
            finally:
                sshd.stop()


@contextmanager
def s3_server(folder: Path, options: Sequence[str] = ()) -> Iterator[str]:
    """The address of a server of the buckets in `folder`/s3."""
    ready = folder / "s3.port"
    command = [sys.executable, "-m", "bench.s3_sendfile", folder / "s3", ready, *options]
    server = start_program("s3", list(map(str, command)), os.environ, folder, bound=True)
    try:
        port = wait_for(lambda: ready.exists() and ready.read_text(), "the S3 server")
        yield f"http://127.0.0.1:{port}"
    finally:
        end_programs([server])


def big_file(size: int) -> Callable[[Path], None]:
    """Fills a bucket with one object of random bytes."""

    def fill(bucket: Path) -> None:
        require_memory(2 * size)
        with (bucket / BIG).open("wb") as file:
            for start in range(0, size, BLOCK_BYTES):
                file.write(os.urandom(min(BLOCK_BYTES, size - start)))

    return fill


def require_memory(needed: int) -> None:
    free = shutil.disk_usage(MEMORY).free
    if free < needed:
        raise SystemExit(f"{MEMORY} has {free / 1e9:.1f} GB; source and target need {needed / 1e9}")


def remove_leftovers() -> None:
    """Of benches that were killed. The name has the number of a process that is gone."""
    for folder in MEMORY.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            for pid in users_of(folder):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            shutil.rmtree(folder, ignore_errors=True)


def users_of(folder: Path) -> list[int]:
    """Processes with this folder in their command line, such as its sshd."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]
