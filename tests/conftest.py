"""What all tests share: an environment that reaches no real account."""

import os
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.fixtures"]

# Before any client is made: nothing in the tests may find the developer's own credentials.
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)
os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "1",
}

# Each test's functions make clients in a session of their own, and each session would read the
# descriptions of AWS's services anew. That took a third of the time of the integration tests.
_load = JSONFileLoader().load_file


@cache
def _load_once(path: str) -> Any:  # noqa: ANN401 - JSON
    return _load(path)


JSONFileLoader.load_file = lambda _, path: _load_once(path)

# On a busy machine any example may take long. Both would judge the machine.
settings.register_profile(
    "any_machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Tests read templates and documents by their path in the repository."""
    monkeypatch.chdir(request.config.rootpath)
