"""Every test in this folder gets telemetry that is made new, and no AWS but moto's."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from runtime import telemetry

_NUMBERS = count()
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Telemetry is made from this environment. Loggers live as long as the process and keep their
    first output. So each test gets a service name of its own, and with it a new logger."""
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": f"test-{next(_NUMBERS)}",
        "POWERTOOLS_METRICS_NAMESPACE": "FileFerry",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    caches = (telemetry.logger, telemetry.tracer, telemetry.metrics, telemetry.version_failures)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged since the last call, line by line."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read
