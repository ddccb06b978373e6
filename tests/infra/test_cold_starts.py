"""Functions import only what they use, so no call waits for libraries that it does not need."""

import subprocess
import sys

import pytest

from infra.stacks import REPOSITORY
from tests.infra.cold_starts import ENVIRONMENT, FUNCTIONS, start

pytestmark = pytest.mark.slow

# A tenth of a second each or more, at a function's share of a processor.
HEAVY = {"argon2", "boto3", "httpx", "paramiko"}
USED = {
    ("auth", "api"): {"argon2"},
    ("transfer", "workflow_step"): {"paramiko"},
    ("transfer", "lane_worker"): {"paramiko"},
}


@pytest.mark.parametrize("function", FUNCTIONS, ids="/".join)
def test_a_first_call_imports_the_heavy_libraries_that_it_uses(function: tuple[str, str]) -> None:
    command = [sys.executable, *start(function, str(REPOSITORY))]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == USED.get(function, set())
