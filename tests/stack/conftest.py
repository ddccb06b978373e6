"""One local stack for all stack tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.running import CHUNK_BYTES, Running, started

LOG_CHARACTERS = 20_000  # shown when a test failed


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("stack")) as running:
        yield running
        if request.session.testsfailed:
            print(running.stack.logs()[-LOG_CHARACTERS:])


@pytest.fixture
def body() -> bytes:
    """Six chunks and a bit, different for every test."""
    return os.urandom(6 * CHUNK_BYTES + 17)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
