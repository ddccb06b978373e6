"""Two network namespaces and a line between them, of which rate, delay and loss can be set."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.place import Side

PREFIX = "fileferry-bench-"
CLIENT, SERVER = "10.77.0.1", "10.77.0.2"
SPACES = Path("/run/netns")
SOURCE = Path(__file__).with_name("line.c")
GIGABIT = 1_000_000_000
CLONE_NEWNET = 0x40000000  # sched.h
MTU = "1500"
QUEUE_PACKETS = "5000"  # in front of the program, which has the line's own queue


@dataclass(frozen=True)
class Line:
    client: str
    server: str
    program: "subprocess.Popen[str]"

    def set(self, rtt_ms: float, loss: float = 0.0, bits_per_second: int = GIGABIT) -> None:
        """`loss` is the share of packets that get lost, in each direction."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        wish = f"{round(rtt_ms * 500)} {bits_per_second} {round(loss * 1_000_000)}\n"
        self.program.stdin.write(wish)
        self.program.stdin.flush()
        if self.program.stdout.readline() != "set\n":
            raise RuntimeError("the line's program ended")

    @property
    def side(self) -> Side:
        """The partner's."""
        return Side(SERVER, lambda: inside(self.server))


def missing() -> str:
    """Why there can be no line here. Empty if there can be one."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    for program, package in (("ip", "iproute2"), ("cc", "gcc and libc6-dev")):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: {package})"
    return "" if Path("/dev/net/tun").exists() else "this machine has no /dev/net/tun"


@contextmanager
def line(folder: Path) -> Iterator[Line]:
    """This thread, and what it starts, is in the client's namespace meanwhile."""
    remove_leftovers()
    built = folder / "line"
    subprocess.run(["cc", "-O2", "-pthread", "-o", built, SOURCE], check=True)
    names = [f"{PREFIX}{os.getpid()}-{side}" for side in ("client", "server")]
    try:
        for name in names:
            subprocess.run(["ip", "netns", "add", name], check=True)
        program = subprocess.Popen(
            [built, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        made = Line(names[0], names[1], program)
        try:
            made.set(0)
            for name, own, other in zip(names, (CLIENT, SERVER), (SERVER, CLIENT), strict=True):
                _configure(name, own, other)
            with inside(made.client):
                yield made
        finally:
            program.kill()
            program.wait()
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def _configure(name: str, own: str, other: str) -> None:
    for wish in (
        ["link", "set", "lo", "up"],
        ["address", "add", own, "peer", other, "dev", "line"],
        ["link", "set", "line", "mtu", MTU, "txqueuelen", QUEUE_PACKETS, "up"],
    ):
        subprocess.run(["ip", "-n", name, *wish], check=True)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread is in that namespace, and with it whatever it starts."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        wanted = os.open(SPACES / name, os.O_RDONLY)
        try:
            _enter(wanted)
        finally:
            os.close(wanted)
        try:
            yield
        finally:
            _enter(before)
    finally:
        os.close(before)


def _enter(space: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(space, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def remove_leftovers() -> None:
    """Of benches that were killed. The line's program ends with its bench."""
    with suppress(FileNotFoundError):
        for space in SPACES.iterdir():
            owner = space.name.removeprefix(PREFIX).split("-")[0]
            if space.name.startswith(PREFIX) and not Path(f"/proc/{owner}").exists():
                subprocess.run(["ip", "netns", "delete", space.name], check=False)
