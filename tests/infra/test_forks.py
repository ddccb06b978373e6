"""A function's process is forked from one that has the packages, and shows nothing of that."""

import json
import os
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from infra.local.programs import children_of
from tests.infra.small_functions import create_function
from tests.servers.emulator import Emulator, emulator
from tests.servers.waiting import wait_for

pytestmark = pytest.mark.slow  # an emulator, and functions in it
TELL = """
import os, sys
FROM_THE_START = sorted(sys.modules)
def handler(event, context):
    if event.get("import"):
        try:
            module = __import__(event["import"])
        except ModuleNotFoundError:
            return "missing"
        return getattr(module, "VERSION", "there")
    if event.get("end"):
        os._exit(3)
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "environment": dict(os.environ),
        "loaded": FROM_THE_START,
        "path": sys.path[:2],
        "files": sorted(os.listdir("/proc/self/fd"), key=int),
        "folder": os.getcwd(),
    }
"""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        create_function(running.client("lambda"), "tell", TELL)
        create_function(running.client("lambda"), "other", TELL)
        for name in ("tell", "other"):
            running.client("lambda").update_function_configuration(
                FunctionName=name, Environment={"Variables": {f"OF_{name.upper()}": "1"}}
            )
        yield running


def ask(at: Emulator, name: str, **event: Any) -> Any:  # noqa: ANN401 - what a handler returned
    answer = at.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def test_packages_are_there_before_the_function_imports_any(at: Emulator) -> None:
    told = ask(at, "tell")
    assert {"botocore.session", "pydantic_settings"} <= set(told["loaded"])
    command = children_of(told["parent"])[told["pid"]]
    assert "ministack-lambda-tell-" in command  # by which a stack finds it


def test_its_environment_is_its_own(at: Emulator) -> None:
    mine, others = (ask(at, name)["environment"] for name in ("tell", "other"))
    assert mine["AWS_LAMBDA_FUNCTION_NAME"] == "tell"
    assert mine["OF_TELL"] == others["OF_OTHER"] == "1"
    assert "OF_TELL" not in others
    assert "OF_OTHER" not in mine


def test_it_has_three_open_files_and_the_pipe_of_listing_them(at: Emulator) -> None:
    assert ask(at, "tell")["files"][:3] == ["0", "1", "2"]
    assert len(ask(at, "tell")["files"]) == 4


@pytest.mark.parametrize("name", ["infra", "services", "kernel", "tests"])
def test_what_its_archive_lacks_it_misses(at: Emulator, name: str) -> None:
    assert ask(at, "tell", **{"import": name}) == "missing"


def test_code_that_brings_a_package_of_its_own_gets_that_one(at: Emulator) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("index.py", TELL)
        file.writestr("jwt/__init__.py", "VERSION = 'its own'")
    functions = at.client("lambda")
    create_function(functions, "own", TELL)
    functions.update_function_code(FunctionName="own", ZipFile=content.getvalue())
    assert ask(at, "own", **{"import": "jwt"}) == "its own"


def test_two_versions_of_code_do_not_meet(at: Emulator) -> None:
    functions = at.client("lambda")
    create_function(functions, "changing", "def handler(event, context): return 1")
    assert ask(at, "changing") == 1
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as file:
        file.writestr("index.py", "def handler(event, context): return 2")
    functions.update_function_code(FunctionName="changing", ZipFile=zipped.getvalue())
    assert ask(at, "changing") == 2


def test_one_that_ended_is_collected_and_another_follows(at: Emulator) -> None:
    before = ask(at, "tell")
    assert "errorMessage" in ask(at, "tell", end=True)
    after = ask(at, "tell")
    assert after["pid"] != before["pid"]
    assert before["pid"] not in children_of(before["parent"])


def test_without_the_process_to_fork_from_it_starts_in_the_plain_way(at: Emulator) -> None:
    parent = ask(at, "tell")["parent"]
    [nursery] = [pid for pid, line in children_of(parent).items() if "nursery.py" in line]
    os.kill(nursery, 9)
    ask(at, "tell", end=True)
    assert "botocore.session" not in ask(at, "tell")["loaded"]
    ask(at, "tell", end=True)
    assert "botocore.session" in ask(at, "tell")["loaded"]


def test_it_ends_with_its_emulator(tmp_path: Path) -> None:
    with emulator(tmp_path) as running:
        create_function(running.client("lambda"), "tell", TELL)
        told = ask(running, "tell")
        all_of_it = children_of(told["parent"])
        assert len(all_of_it) == 2
        os.kill(told["parent"], 9)
        folders = [Path(f"/proc/{pid}") for pid in all_of_it]
        wait_for(lambda: not any(map(Path.exists, folders)), "the end of all")
