"""One emulator for all tests of rollbacks."""

from collections.abc import Iterator

import pytest

from infra.local.deployment import ARTIFACTS
from tests.infra.rollback.site import Site
from tests.servers.emulator import REGION, Emulator, emulator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator")) as found:
        location = {"LocationConstraint": REGION}
        found.client("s3").create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration=location)
        yield found


@pytest.fixture
def site(running: Emulator) -> Iterator[Site]:
    made = Site(running)
    yield made
    made.remove()
