"""Test runs in forks of this process, so that code that is not ours is imported only once."""

import gc
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import hypothesis
import pytest

from tests.mutate.mutants import Mutant

OURS = ("services", "contracts", "kernel", "runtime", "infra", "tests")
Trace = Callable[[FrameType, str, Any], Any]  # as typeshed has it
SURVIVED, KILLED, UNCLEAR = range(3)  # how a mutant's process ends
BY_TESTS = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)  # by importing them, too
MEMORY_BYTES = 4 << 30
SLACK_SECONDS = 4  # imports and collection, too
SLOWER = 6  # times as long may a test take with a mutant; a longer one runs for ever
MOST_LIKELY = 30  # tests that run first, because collecting all takes longer than these
WAITING = 4  # wall clock for one second of work


@dataclass
class Seen:
    """What a run without any mutant showed. `lines` are those of each test, as `path:line`."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)  # imported, and not ours

    def tests_for(self, mutant: Mutant) -> Sequence[str]:
        """First the tests that ran its line, then those that ran its module. Faster ones come
        first."""
        here, module = f"{mutant.path}:{mutant.line}", f"{mutant.path}:"
        near = [t for t, seen in self.lines.items() if any(s.startswith(module) for s in seen)]
        return sorted(near, key=lambda test: (here not in self.lines[test], self.seconds[test]))


class _Watch:
    """A pytest plugin that notes which lines of the modules each test runs."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.seen = Seen()
        self._paths = {str(Path(path).resolve()): path for path in paths}
        self._now: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._now = set()
        sys.settrace(self._trace)
        yield
        sys.settrace(None)
        self.seen.lines[item.nodeid] = sorted(self._now)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        known = self.seen.seconds.get(report.nodeid, 0.0)
        self.seen.seconds[report.nodeid] = known + report.duration
        if report.failed:
            self.seen.failed.append(report.nodeid)

    def _trace(self, frame: FrameType, event: str, arg: object) -> Trace | None:
        path = self._paths.get(frame.f_code.co_filename)
        if path is None:
            return None
        self._now.add(f"{path}:{frame.f_lineno}")
        return self._trace


class _Clock:
    """A pytest plugin that ends the process in a test that loops or waits for ever."""

    def __init__(self, known: dict[str, float]) -> None:
        self._known = known
        self._begin(0)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begin(self._known.get(nodeid, 1.0))

    def _begin(self, usual: float) -> None:
        """Nobody catches these signals. They count the process's own seconds, because the machine
        may be busy."""
        seconds = SLACK_SECONDS + SLOWER * usual
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, WAITING * seconds)


def watch(paths: Sequence[str], tests: str, answer: Path) -> Seen:
    """Runs all tests once, without any mutant."""

    def run() -> int:
        plugin = _Watch(paths)
        code = _pytest([tests, "-m", "not slow"], [plugin])
        seen = plugin.seen
        seen.modules = [name for name in sys.modules if name.split(".")[0] not in OURS]
        answer.write_text(json.dumps(vars(seen)))
        return code

    pid = _fork(run)
    try:
        _, status = os.waitpid(pid, 0)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    ended = os.waitstatus_to_exitcode(status)
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise SystemExit(f"pytest cannot run {tests}, it ended with {ended}: run it to see why")
    seen = Seen(**json.loads(answer.read_text()))
    for test in seen.failed:
        seen.lines.pop(test, None)
    return seen


def warm_up(modules: Sequence[str]) -> None:
    for name in modules:
        with suppress(Exception):
            import_module(name)
    gc.freeze()  # shared by all forks from now on


def _fork(run: Callable[[], int]) -> int:
    """The pid of a process that ends with what `run` answers, and prints nothing."""
    pid = os.fork()
    if pid:
        return pid
    code = UNCLEAR
    try:
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(silence, stream)
        code = run()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def judge(mutant: Mutant, seen: Seen) -> int:
    """The pid of a process that ends with SURVIVED when all tests pass with the mutant."""
    tests = seen.tests_for(mutant)

    def run() -> int:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        clock = _Clock(seen.seconds)
        sys.meta_path.insert(0, _Instead(mutant))
        os.dup2(1, 2)
        for some in (tests[:MOST_LIKELY], tests[MOST_LIKELY:]):
            code = _pytest(["-x", *some], [clock]) if some else 0
            if code == pytest.ExitCode.USAGE_ERROR:  # the mutant is part of their names
                code = _pytest(["-x", *{test.split("[")[0]: None for test in some}], [clock])
            if code:
                return KILLED if code in BY_TESTS else UNCLEAR
        return SURVIVED

    return _fork(run)


def _pytest(arguments: Sequence[str], plugins: Sequence[object]) -> int:
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # nobody reads the example
    hypothesis.settings.register_profile(
        "mutate", derandomize=True, database=None, deadline=None, phases=phases
    )
    hypothesis.settings.load_profile("mutate")
    loaded_before = "ignore::pytest.PytestAssertRewriteWarning"
    given = ["-q", "-p", "no:cacheprovider", "-W", loaded_before, *arguments]
    return int(pytest.main(given, [*plugins]))


class _Instead(MetaPathFinder):
    """Finds the mutant where its module is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        location = str(Path(self._mutant.path).resolve())
        loader = _Loader(name, location, self._mutant.text)
        return spec_from_file_location(name, location, loader=loader)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._text, self.path, "exec")
