"""A bench leaves nothing behind, however it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.namespaces import SPACES, missing
from bench.place import MEMORY, PREFIX, remove_leftovers, users_of
from tests.servers import require_program
from tests.servers.waiting import wait_for

pytestmark = pytest.mark.slow

IN_A_PLACE = """
import signal
from bench.place import ending_well, place
with ending_well(), place(lambda bucket: None) as at:
    print(at.folder, flush=True)
    signal.pause()
"""
ON_A_LINE = """
import signal, tempfile
from pathlib import Path
from bench.namespaces import line
from bench.place import ending_well
with ending_well(), tempfile.TemporaryDirectory() as folder, line(Path(folder)):
    print(folder, flush=True)
    signal.pause()
"""
SECONDS = 30.0


@contextmanager
def begun(program: str) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """The bench, and its folder."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        try:
            assert bench.stdout is not None
            yield bench, Path(bench.stdout.readline().strip())
        finally:
            bench.kill()


def spaces_of(pid: int) -> list[str]:
    return [each.name for each in SPACES.glob(f"{PREFIX}{pid}-*")]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_servers_and_removes_the_folder(how: signal.Signals) -> None:
    require_program("sshd", "openssh-server")
    with begun(IN_A_PLACE) as (bench, folder):
        assert len(users_of(folder)) >= 2  # sshd and the S3 server
        bench.send_signal(how)
        bench.send_signal(how)  # as an impatient user does
        assert bench.wait(SECONDS) == 128 + how
    assert not folder.exists()
    assert users_of(folder) == []


def test_the_next_bench_removes_what_a_killed_one_left() -> None:
    require_program("sshd", "openssh-server")
    with begun(IN_A_PLACE) as (bench, folder):
        bench.kill()
        bench.wait(SECONDS)
    assert folder.exists()
    assert folder.parent == MEMORY
    remove_leftovers()
    assert not folder.exists()
    wait_for(lambda: not users_of(folder), "the end of its servers")


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_signal_removes_the_line() -> None:
    with begun(ON_A_LINE) as (bench, folder):
        assert len(spaces_of(bench.pid)) == 2
        bench.send_signal(signal.SIGTERM)
        assert bench.wait(SECONDS) == 128 + signal.SIGTERM
    assert spaces_of(bench.pid) == []
    assert not folder.exists()
