"""`make mutate` breaks what matters, leaves text alone, and tells survivors from the killed."""

import subprocess
import sys

import pytest

from tests.mutate.forked import Seen
from tests.mutate.mutants import Mutant, mutants_of

pytestmark = pytest.mark.slow

SOURCE = '''
"""Up to 3 things."""

def take(self, left: int = 0) -> int | None:
    """At most 3."""
    if self.open and left < 3:
        self.note(f"{left + 1} taken")
        self.left = left - 1
    with self.lock:
        try:
            return min(left, 2)
        except (KeyError, ValueError):
            raise
'''.lstrip()
CHANGED = [
    "def take(self, left: int = 1) -> int | None:",
    "    if left < 3:",
    "    if self.open:",
    "    if self.open and left <= 3:",
    "    if self.open and left < 4:",
    "        pass",
    "        pass",
    "        self.left = left + 1",
    "        self.left = left - 2",
    "    with __import__('contextlib').nullcontext():",
    "            return None",
    "            return max(left, 2)",
    "            return min(left, 3)",
    "        except (ValueError,):",
    "        except (KeyError,):",
    "            pass",
]
MODULE = "services/transfer/domain/retry.py"
TEST = "tests/unit/transfer/test_retry.py"
JUDGE = """
import os, sys
from pathlib import Path
from tests.mutate.forked import Seen, judge
from tests.mutate.mutants import Mutant
module, test, wrong = sys.argv[1:]
mutant = Mutant(module, 1, "more", Path(module).read_text() + "\\n" + wrong)
_, status = os.waitpid(judge(mutant, Seen({test: [f"{module}:1"]}, {test: 1.0})), 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def changed_line(mutant: Mutant) -> str:
    before, after = SOURCE.splitlines(), mutant.text.splitlines()
    [changed] = [new for old, new in zip(before, after, strict=True) if old != new]
    return changed


def test_every_small_mistake_in_a_module_is_made_once_and_its_text_stays() -> None:
    assert sorted(map(changed_line, mutants_of("m.py", SOURCE))) == sorted(CHANGED)


def test_a_mutant_shows_its_place_and_the_change() -> None:
    first = mutants_of("m.py", "def f(a):\n    return a + 1\n")[0]
    assert first.diff("def f(a):\n    return a + 1\n").splitlines() == [
        "m.py:2: nothing returned",
        "@@ -1,2 +1,2 @@",
        " def f(a):",
        "-    return a + 1",
        "+    return None",
    ]


@pytest.mark.parametrize(("wrong", "code"), [("", 0), ("RetryPolicy = None", 1)])
def test_a_mutant_is_killed_where_a_test_fails_with_it_and_survives_else(
    wrong: str, code: int
) -> None:
    """In a process that has loaded nothing of ours, as `make mutate` does it."""
    ended = subprocess.run([sys.executable, "-c", JUDGE, MODULE, TEST, wrong])
    assert ended.returncode == code


def test_the_tests_of_a_line_come_first_and_the_fastest_of_them_before_all() -> None:
    here, there = "m.py:7", "m.py:8"
    lines = {"slow": [here], "near": [there], "fast": [here], "far": ["n.py:7"]}
    seen = Seen(lines=lines, seconds={"slow": 2.0, "near": 0.1, "fast": 1.0, "far": 0.1})
    assert seen.tests_for(Mutant("m.py", 7, "", "")) == ["fast", "slow", "near"]
