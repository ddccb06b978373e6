"""What stands in the place of % in a target comes before a shell. So it has to be a name."""

import os
import subprocess

import pytest

from infra.stacks import all_stacks

OF_STACKS = ("show", "deploy", "rollback")
OF_SERVICES = ("test", "build")
OF_MAKE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def would_run(target: str) -> "subprocess.CompletedProcess[str]":
    """Only says what it would run. `make test` may have begun this process with flags of its
    own."""
    env = {key: value for key, value in os.environ.items() if key not in OF_MAKE}
    ready = ("-o", ".venv/.ready", "-o", ".venv-sam/.ready")
    command = ["make", "-n", *ready, target]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("start", [*OF_STACKS, *OF_SERVICES])
@pytest.mark.parametrize("name", ["auth; id", "auth ;id", "$(id)", "`id`", "%", "nobody"])
def test_another_name_runs_nothing(start: str, name: str) -> None:
    done = would_run(f"{start}-{name.replace('$', '$$')}")
    assert done.returncode != 0
    assert "There is no s" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("start", OF_STACKS)
def test_every_stack_is_a_name(start: str) -> None:
    for stack in all_stacks():
        assert would_run(f"{start}-{stack.name}").returncode == 0


@pytest.mark.parametrize("start", OF_SERVICES)
def test_every_service_is_a_name(start: str) -> None:
    for stack in all_stacks():
        assert (would_run(f"{start}-{stack.name}").returncode == 0) is stack.is_service
