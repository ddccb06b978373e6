"""How many processes of a function the local stack runs at once."""

import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.launcher import PROCESSES, SHORT_SECONDS
from tests.servers.emulator import emulator

pytestmark = pytest.mark.slow

Count = Callable[[int, int], int]
CODE = """
import os, time
def handler(event, context):
    time.sleep(0.3)
    return os.getpid()
"""


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Count]:
    """How many processes answered so many calls at once of a function with that timeout."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("index.py", CODE)
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        functions = running.client("lambda")

        def count(timeout_seconds: int, calls: int) -> int:
            name = f"sleeps-{timeout_seconds}"
            functions.create_function(
                FunctionName=name,
                Runtime="python3.11",
                Role="arn:aws:iam::000000000000:role/any",
                Handler="index.handler",
                Timeout=timeout_seconds,
                Code={"ZipFile": content.getvalue()},
            )

            def call(_: int) -> bytes:
                answer = functions.invoke(FunctionName=name)
                assert "FunctionError" not in answer
                return bytes(answer["Payload"].read())

            with ThreadPoolExecutor(calls) as pool:
                return len(set(pool.map(call, range(calls))))

        yield count


def test_a_burst_of_calls_waits_for_a_few_processes(processes: Count) -> None:
    assert processes(SHORT_SECONDS, 2 * PROCESSES) <= PROCESSES


def test_what_may_run_long_waits_for_nobody(processes: Count) -> None:
    assert processes(SHORT_SECONDS + 1, PROCESSES + 2) == PROCESSES + 2
