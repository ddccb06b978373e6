"""Where the lane workers' CPU goes, by py-spy's samples."""

import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.rows import head, row

TOP = 20
SAMPLES_A_SECOND = 200
LONGEST_SECONDS = 3_600
END_SECONDS = 60.0  # to write what was sampled
# py-spy takes some waits for work when it looks at native code, too.
WAITS = ("poll (", "clock_nanosleep (", "epoll_wait (", "Condition.wait (", "_end_with_parent (")


@contextmanager
def profiled(pids: Sequence[int], folder: Path) -> Iterator[None]:
    """Prints the functions with most samples of their own, at the end. Threads that wait do not
    count. Being watched costs the process speed, so a run's figures are not to be used."""
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if program is None:
        raise SystemExit("py-spy is missing: make bench installs it")
    files = [folder / f"samples-{pid}" for pid in pids]
    spies = [_spy(program, pid, file) for pid, file in zip(pids, files, strict=True)]
    try:
        yield
    finally:
        for spy in spies:
            spy.send_signal(signal.SIGINT)
        for spy in spies:
            spy.wait(END_SECONDS)
    show([file.read_text() for file in files if file.exists()])


def _spy(program: str, pid: int, file: Path) -> "subprocess.Popen[bytes]":
    command = [program, "record", "--pid", str(pid), "--output", str(file), "--format", "raw"]
    command += ["--native", "--threads", "--rate", str(SAMPLES_A_SECOND)]
    command += ["--duration", str(LONGEST_SECONDS)]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def show(stacks: Sequence[str]) -> None:
    """`stacks` are texts of lines `frame;frame;... samples`."""
    own: Counter[str] = Counter()
    from_python: Counter[str] = Counter()
    for line in "".join(stacks).splitlines():
        path, _, samples = line.rpartition(" ")
        frames = path.split(";")
        if any(name in path for name in WAITS):
            continue
        own[_short(frames[-1])] += int(samples)
        caller = next((frame for frame in reversed(frames) if ".py:" in frame), frames[0])
        from_python[_short(caller)] += int(samples)
    total = own.total()
    print(f"\n**Lane workers' CPU**, {total} samples of {len(stacks)} processes", flush=True)
    for title, counted in (("its own code", own), ("Python's line that called it", from_python)):
        print()
        head(title, "%")
        for name, count in counted.most_common(TOP):
            row(f"`{name}`", f"{100 * count / total:.1f}")


def _short(frame: str) -> str:
    """Without the folders of the environment."""
    name, _, where = frame.partition(" (")
    file = where.rstrip(")")
    return f"{name} ({'/'.join(file.split('/')[-2:])})" if file else name
