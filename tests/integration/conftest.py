"""What holds for the functions of every service."""

from collections.abc import Iterator

import pytest

from tests.integration.roles import denied


@pytest.fixture(autouse=True)
def nothing_was_denied() -> Iterator[None]:
    """Fails for any refused call, because code may take a refusal for an outage and go on."""
    denied.clear()
    yield
    assert denied == []
