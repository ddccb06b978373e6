"""Partners that take files away, or show no sizes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import PartMissing, PermissionDenied
from tests.fakes.partners import InMemoryPartners
from tests.servers.embedded import USER, inner_server
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import Site, destination, sftp_partners, site, size_at
from tests.servers.system_user import SystemUser


@pytest.fixture(params=["memory", "asyncssh"])
def takes_away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A partner whose files are gone the moment they get their final names."""
    if request.param == "memory":
        fake = InMemoryPartners(takes_away_on_rename=True)
        target = destination(22, USER, "/in", [fake.host_key])
        yield Site(fake, target, Credential(password="any"), None, fake)
        return
    (tmp_path / "in").mkdir()
    with inner_server(tmp_path, "secret") as server:
        server.failures.takes_away = True
        target = destination(server.port, USER, "/in", server.host_keys)
        yield Site(sftp_partners(), target, Credential(password="secret"), tmp_path, server)


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_taken_away_at_once_leaves_neither_name(takes_away: Site, replace: bool) -> None:
    place = takes_away
    place.plant(place.at(".part"), b"content")
    if replace:
        place.plant(place.at("target"), b"old")
    with place.partners.connect(place.destination, place.credential) as session:
        session.rename(place.at(".part"), place.at("target"), replace=replace)
        assert size_at(session, place.at("target")) is None
        assert size_at(session, place.at(".part")) is None
        with pytest.raises(PartMissing):
            session.rename(place.at(".part"), place.at("target"), replace=replace)
    if isinstance(place.server, InMemoryPartners):
        assert place.server.taken == {place.at("target"): b"content"}


@pytest.fixture(params=["memory", "openssh"])
def secretive(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[Site]:
    """A partner that shows no sizes."""
    if request.param == "memory":
        with site("memory", partner_folder, server_user) as place:
            assert isinstance(place.server, InMemoryPartners)
            place.server.shows_sizes = False
            yield place
        return
    subsystem = "sftp internal-sftp -P stat,fstat,lstat"
    server = OpenSshServer(partner_folder / "state", server_user, subsystem=subsystem)
    server.start()
    try:
        base = f"{partner_folder}/in"
        target = destination(server.port, server_user.name, base, server.host_keys)
        credential = Credential(private_key=server.user_key.read_text())
        yield Site(sftp_partners(), target, credential, Path("/"), server)
    finally:
        server.stop()


def test_a_size_that_is_not_shown_is_no_missing_file(secretive: Site) -> None:
    place = secretive
    with place.partners.connect(place.destination, place.credential) as session:
        session.create_file(place.at("part")).close()
        with pytest.raises(PermissionDenied):
            size_at(session, place.at("part"))
        profile = session.probe(place.destination.base_path)
        assert profile.write_at_offset
        session.rename(place.at("part"), place.at("target"), replace=False)
    assert place.names() == ["target"]
