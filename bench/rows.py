"""Rows of figures. Each is printed as it comes, so that a bench that breaks still tells."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

MEGA, GIGA = 1e6, 1e9


@dataclass(frozen=True)
class Run:
    """CPU in seconds. The engine is what moves the bytes: rclone, lftp, or our lane workers. The
    rest is our emulator with all other functions."""

    seconds: float
    size: int
    engine_cpu: float
    server_cpu: float
    rest_cpu: float = 0.0
    peak_mb: float | None = None
    lanes: int | None = None

    @property
    def rate(self) -> float:
        """MB/s."""
        return self.size / self.seconds / MEGA


@dataclass
class Rows:
    """Runs by name, taken in turns. `bases` are the names that all others are compared with."""

    title: str
    bases: Sequence[str]
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        print(f"\n{self.title}; each run as it comes:\n", flush=True)
        head("", "MB/s", "seconds", "engine CPU s/GB", "rest", "server", "peak RSS MB", "lanes")

    def add(self, name: str, run: Run) -> None:
        self.runs.setdefault(name, []).append(run)
        peak = "" if run.peak_mb is None else f"{run.peak_mb:.0f}"
        per_gb = [_per_gb(run, cpu) for cpu in (run.engine_cpu, run.rest_cpu, run.server_cpu)]
        row(name, f"{run.rate:.0f}", f"{run.seconds:.1f}", *per_gb, peak, run.lanes or "")

    def show(self) -> None:
        """The medians."""
        bases = [base for base in self.bases if base in self.runs]
        print(f"\n**{self.title}**, {machine()}, medians of interleaved rounds\n")
        ratios = [f"of {base}" for base in bases]
        cpu = ("engine CPU s/GB", "rest", "server")
        head("", "MB/s", "all rounds", *ratios, *cpu, "peak RSS MB", "lanes")
        for name, runs in self.runs.items():
            rate = self._rate(name)
            compared = [f"{rate / self._rate(base):.2f}" for base in bases]
            peaks = [run.peak_mb for run in runs if run.peak_mb is not None]
            row(
                name,
                f"{rate:.0f}",
                " ".join(f"{run.rate:.0f}" for run in runs),
                *compared,
                *(_median_per_gb(runs, kind) for kind in ("engine_cpu", "rest_cpu", "server_cpu")),
                f"{max(peaks):.0f}" if peaks else "",
                " ".join(str(run.lanes) for run in runs if run.lanes),
            )
        print(flush=True)

    def _rate(self, name: str) -> float:
        return statistics.median(run.rate for run in self.runs[name])


def head(*names: str) -> None:
    print("| " + " | ".join(names) + " |\n|" + "---|" * len(names), flush=True)


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def percentiles(values: Sequence[float]) -> Mapping[int, float]:
    """50 and 95 of at least one value."""
    if len(values) == 1:
        return dict.fromkeys((50, 95), values[0])
    parts = statistics.quantiles(values, n=100, method="inclusive")
    return {each: parts[each - 1] for each in (50, 95)}


def machine() -> str:
    """The date, and what is needed to judge the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    today = datetime.now(UTC).date().isoformat()
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"{today}, {os.cpu_count()} cores of {model}, Linux {platform.release()}, {load}"


def _per_gb(run: Run, cpu: float) -> str:
    return f"{cpu / run.size * GIGA:.1f}"


def _median_per_gb(runs: Sequence[Run], kind: str) -> str:
    return f"{statistics.median(getattr(run, kind) / run.size * GIGA for run in runs):.1f}"
