"""No stack is left out of a deployment whose files changed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

from infra.package.sources import SHARED
from infra.pipeline.changes import (
    DEPLOYS_NOTHING,
    Change,
    deployed_by_pipeline,
    needs,
    touched,
)
from infra.stacks import ONCE, REPOSITORY
from tests.infra.resources import SERVICES

STAGE = "dev"
ALL = [stack.name for stack in deployed_by_pipeline()]
Touched = Callable[[Iterable[Change], str], list[str]]


@cache
def what_stacks_read() -> dict[str, Any]:
    command = [sys.executable, "-B", "-m", "tests.infra.what_stacks_read"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def left_out(judged: Touched) -> Iterator[str]:
    """Each file and stack where a change of the file changes the stack, and `judged` misses it."""
    of = cache(lambda path: judged([Change(path)], STAGE))
    for path, stack in what_goes_into_stacks():
        if stack not in of(path):
            yield f"{path} goes into {stack}"


@cache
def what_goes_into_stacks() -> tuple[tuple[str, str], ...]:
    """(file, stack)"""
    read = what_stacks_read()
    opened = [(path, stack) for stack in ALL for path in read["read"][stack]]
    imported = [(path, each.name) for each in SERVICES for path in files_imported_by(each.name)]
    makers = [path for path in read["code"] if path.startswith("infra/complete/")]
    return (*opened, *imported, *((path, stack) for path in makers for stack in ALL))


@cache
def import_graph() -> grimp.ImportGraph:
    return grimp.build_graph("services", *SHARED, cache_dir=None)


def files_imported_by(service: str) -> Iterator[str]:
    graph = import_graph()
    own = {module for module in graph.modules if module.startswith(f"services.{service}.")}
    imported = {each for module in own for each in graph.find_upstream_modules(module)}
    for module in own | imported:
        path = Path(module.replace(".", "/"))
        yield f"{path}.py" if Path(f"{path}.py").exists() else f"{path}/__init__.py"


def test_no_stack_is_left_out_of_a_change_of_what_goes_into_it() -> None:
    assert not list(left_out(touched))


@pytest.mark.parametrize(
    "forgotten",
    [
        *("contracts/", "kernel/", "runtime/", "services/transfer/workflow.asl.json"),
        *("services/transfer/requirements.txt", "services/auth/template.yaml", "infra/complete/"),
        *(
            "infra/api/openapi.json",
            "infra/environments/dev.toml",
            "web/",
            "infra/bus/template.yaml",
        ),
    ],
)
def test_a_rule_that_forgets_something_is_noticed(forgotten: str) -> None:
    def forgetful(changes: Iterable[Change], stage: str) -> list[str]:
        return touched([each for each in changes if not each.path.startswith(forgotten)], stage)

    found = list(left_out(forgetful))
    assert found
    assert all(each.startswith(forgotten) for each in found)


def test_the_worker_is_touched_with_the_service_whose_code_it_runs() -> None:
    read = what_stacks_read()["read"]["worker"]
    assert {"services/transfer/Dockerfile", "services/transfer/requirements.txt"} <= set(read)
    assert touched([Change("services/transfer/use_cases/run_lane.py")], STAGE) == [
        "transfer",
        "worker",
    ]


@pytest.mark.parametrize("service", [stack.name for stack in SERVICES if stack.name != "transfer"])
def test_a_services_own_code_touches_that_service_alone(service: str) -> None:
    assert touched([Change(f"services/{service}/wiring.py")], STAGE) == [service]


@pytest.mark.parametrize(
    "path",
    [
        *("services/__init__.py", "services/nowhere/wiring.py", "requirements/dev.txt", "Makefile"),
        *(
            "infra/deploy.py",
            "infra/package/build.py",
            "infra/release.py",
            "unheard.of",
            "new/a.py",
        ),
    ],
)
def test_what_nobody_thought_of_touches_everything(path: str) -> None:
    assert touched([Change(path)], STAGE) == ALL


@pytest.mark.parametrize(
    "path", ["docs/events.md", "tests/a.py", "README.md", "services/auth/README.md"]
)
def test_what_deploys_nothing_touches_nothing(path: str) -> None:
    assert touched([Change(path)], STAGE) == []


def test_parameters_touch_their_own_stage_only() -> None:
    assert touched([Change("infra/environments/prod.toml")], "dev") == []
    assert touched([Change("infra/environments/prod.toml")], "prod") == ALL


def test_whoever_reads_a_value_of_a_stack_is_deployed_after_it() -> None:
    """A new API has a new address, and functions get it when they are deployed."""
    found = touched([Change("infra/api/template.yaml")], STAGE)
    assert found[0] == "api"
    assert {"auth", "transfer", "console"} <= set(found)
    assert "bus" not in found


def test_a_service_that_comes_or_goes_changes_who_may_publish() -> None:
    template = "services/auth/template.yaml"
    assert "bus" in touched([Change(template, "A")], STAGE)
    assert "bus" in touched([Change(template, "D")], STAGE)
    assert touched([Change(template, "M")], STAGE) == ["auth", "observability"]


def test_stacks_come_in_their_order_whatever_the_order_of_files() -> None:
    changes = [Change(f"services/{name}/a.py") for name in ("transfer", "auth")]
    changes = [*changes, Change("infra/bus/template.yaml")]
    assert touched(changes, STAGE) == ["bus", "auth", "transfer", "worker", "observability"]


def test_what_a_stack_reads_was_deployed_before_it() -> None:
    for stack, others in needs(STAGE).items():
        for other in others:
            assert ALL.index(other) < ALL.index(stack), f"{stack} reads what {other} writes"


def test_stacks_of_the_account_are_left_to_an_administrator() -> None:
    assert not {*ONCE, "account"} & set(ALL)
    for name in (*ONCE, "account"):
        assert touched([Change(f"infra/{name}/template.yaml")], STAGE) == ["observability"]
        assert touched([Change(f"infra/{name}/any.py")], STAGE) == []


def test_every_exception_is_there() -> None:
    for path in DEPLOYS_NOTHING:
        assert (REPOSITORY / path).exists(), f"{path} is gone: remove it from DEPLOYS_NOTHING"
