"""The servers, and the fake, that the partner suites run on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from services.transfer.adapters import ssh_sealing
from services.transfer.domain.ports import PartnerSession
from tests.fakes.partners import InMemoryPartners
from tests.servers.sites import Site, site, small_disk
from tests.servers.system_user import SystemUser

REAL = ("asyncssh", "openssh", "openssh-plain", "openssh-public")


@contextmanager
def prepared(kind: str, folder: Path, user: SystemUser) -> Iterator[Site]:
    """With the ending -public, all goes through what paramiko documents (docs/adr/0054)."""
    with pytest.MonkeyPatch.context() as patched, ExitStack() as running:
        if kind.endswith("-public"):
            patched.setattr(ssh_sealing, "PARAMIKO", "another")
        yield running.enter_context(site(kind.removesuffix("-public"), folder, user))


@pytest.fixture(params=["memory", "memory-plain", *REAL])
def partner(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[Site]:
    with prepared(request.param, partner_folder, server_user) as place:
        yield place


@pytest.fixture(params=REAL)
def real_partner(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[Site]:
    with prepared(request.param, partner_folder, server_user) as place:
        yield place


@pytest.fixture
def openssh_partner(partner_folder: Path, server_user: SystemUser) -> Iterator[Site]:
    with site("openssh", partner_folder, server_user) as place:
        yield place


@pytest.fixture(params=["memory", "openssh"])
def drop_box(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[Site]:
    """Its file `part` may be written and not be read."""
    with site(request.param, partner_folder, server_user) as place:
        place.plant(place.at("part"), b"")
        if isinstance(place.server, InMemoryPartners):
            place.server.readable = False
        else:
            Path(place.at("part")).chmod(0o200)
        yield place


@pytest.fixture
def full_partner(real_partner: Site, partner_folder: Path) -> Iterator[Site]:
    """Its base folder lies on a disk of 8 MiB."""
    with small_disk(partner_folder / "in"):
        yield real_partner


@pytest.fixture
def session(partner: Site) -> Iterator[PartnerSession]:
    with partner.partners.connect(partner.destination, partner.credential) as connected:
        yield connected
