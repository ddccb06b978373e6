"""Each store suite runs on every backend."""

from collections.abc import Iterator

import pytest

from tests.conformance.auth_stores import AUTH_BACKENDS, AuthStores
from tests.conformance.stores import BACKENDS, Stores


@pytest.fixture(params=sorted(BACKENDS))
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """All stores of the transfer service, empty, on each backend in turn."""
    with BACKENDS[request.param](lambda: request.getfixturevalue("ministack")) as opened:
        yield opened


@pytest.fixture(params=sorted(AUTH_BACKENDS))
def auth_stores(request: pytest.FixtureRequest) -> Iterator[AuthStores]:
    """All stores of the auth service, empty, on each backend in turn."""
    with AUTH_BACKENDS[request.param](lambda: request.getfixturevalue("ministack")) as opened:
        yield opened
