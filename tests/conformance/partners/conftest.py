"""The servers, and the fake, that the partner suites run on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from services.transfer.adapters import ssh_sealing
from services.transfer.domain.ports import PartnerSession
from tests.fakes.partners import InMemoryPartners
from tests.servers.ftp_sites import FtpServers
from tests.servers.sites import Site, site, small_disk
from tests.servers.system_user import SystemUser

REAL = ("asyncssh", "openssh", "openssh-plain", "openssh-public")
KINDS = ("memory", "memory-plain", *REAL)
FTP_KINDS = ("vsftpd", "pyftpdlib")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What FTP has no word for is not tried over FTP."""
    if "partner" in metafunc.fixturenames:
        no_ftp = metafunc.definition.get_closest_marker("not_over_ftp")
        metafunc.parametrize("partner", KINDS if no_ftp else KINDS + FTP_KINDS, indirect=True)


@contextmanager
def prepared(kind: str, folder: Path, user: SystemUser) -> Iterator[Site]:
    """With the ending -public, all goes through what paramiko documents (docs/adr/0054)."""
    with pytest.MonkeyPatch.context() as patched, ExitStack() as running:
        if kind.endswith("-public"):
            patched.setattr(ssh_sealing, "PARAMIKO", "another")
        yield running.enter_context(site(kind.removesuffix("-public"), folder, user))


@pytest.fixture
def partner(request: pytest.FixtureRequest) -> Iterator[Site]:
    if request.param in FTP_KINDS:
        servers: FtpServers = request.getfixturevalue("ftp_servers")
        yield servers.site(request.param)
        return
    folder, user = (request.getfixturevalue(each) for each in ("partner_folder", "server_user"))
    with prepared(request.param, folder, user) as place:
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
