"""What `make new-service` lays out passes everything that a service has to pass, at once."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.infra.laid_out import copied, new_service

NAME = "billing"
EVENTS = ("TransferRequested.v1", "TransferCompleted.v1", "TransferFailed.v1")
OWN = (f"services/{NAME}", f"tests/unit/{NAME}", f"tests/integration/{NAME}")
MODULE = (sys.executable, "-m")
LINT_IMPORTS = str(Path(sys.executable).with_name("lint-imports"))
FAST = (*MODULE, "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow")
# These hold pages and the table of metrics against what there is: somebody writes the service in.
WRITTEN_BY_PEOPLE = [
    f"--ignore=tests/infra/test_{each}.py"
    for each in ("architecture_page", "documented_deployments", "cost", "signals")
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("laid-out") / "repository")
    made = new_service(folder, NAME, EVENTS)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.parametrize(
    "command",
    [
        (*MODULE, "ruff", "format", "--check", "."),
        (*MODULE, "ruff", "check", "."),
        (*MODULE, "mypy", "--strict", *OWN),
        (LINT_IMPORTS,),
        (*MODULE, "contracts.generate", "--check"),
        (*MODULE, "infra.lint"),
        (*FAST, "tests/contract", *OWN[1:]),
        (*FAST, "tests/infra", "--ignore=tests/infra/test_expanded_stacks.py", *WRITTEN_BY_PEOPLE),
    ],
    ids=lambda command: " ".join(command[2:]) or "lint-imports",
)
def test_a_new_service_passes(copy: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contract_tests_try_its_consumer_with_every_example(copy: Path) -> None:
    listing = [*FAST, "--collect-only", "tests/contract/test_consumers.py"]
    listed = subprocess.run(listing, cwd=copy, capture_output=True, text=True, check=True).stdout
    examples = [path for each in EVENTS for path in (copy / "contracts/examples" / each).iterdir()]
    for path in examples:
        assert f"[{NAME}-{path.parent.name}-{path.name}]" in listed


def test_a_second_run_is_refused_and_changes_nothing(copy: Path) -> None:
    before = contents(copy)
    again = new_service(copy, NAME, EVENTS)
    assert again.returncode != 0
    assert f"There is a services/{NAME} already" in again.stderr
    assert contents(copy) == before


def contents(folder: Path) -> Mapping[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
