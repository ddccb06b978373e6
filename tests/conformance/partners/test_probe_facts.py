"""What the probe finds out, on servers that can do everything but what a test takes away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.server_profile import ServerProfile
from tests.fakes.partners import InMemoryPartners
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import Site, destination, sftp_partners, site
from tests.servers.system_user import SystemUser

REFUSED = {
    "remove": "remove",
    "rename": "rename,posix-rename",
    "times": "setstat,fsetstat",
    "look": "stat,fstat,lstat",
}


@pytest.fixture(params=sorted(REFUSED))
def lacking(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[tuple[str, Site]]:
    """OpenSSH without one ability, and its name."""
    subsystem = f"sftp internal-sftp -P {REFUSED[request.param]}"
    server = OpenSshServer(partner_folder / "state", server_user, subsystem=subsystem)
    server.start()
    try:
        target = destination(
            server.port, server_user.name, f"{partner_folder}/in", server.host_keys
        )
        credential = Credential(private_key=server.user_key.read_text())
        yield request.param, Site(sftp_partners(), target, credential, Path("/"), server)
    finally:
        server.stop()


def probed(place: Site, name: str | None = None) -> ServerProfile:
    with place.partners.connect(place.destination, place.credential) as session:
        return session.probe(place.destination.base_path, name)


@pytest.mark.not_over_ftp
def test_a_server_that_can_do_everything_is_found_to(
    partner: Site, session: PartnerSession
) -> None:
    found = session.probe(partner.destination.base_path)
    assert (found.reopen, found.overwrite, found.write_at_offset) == (True, True, True)
    assert (found.read, found.shows_files, found.tells_missing) == (True, True, True)
    assert (found.remove, found.keeps_files, found.set_times) == (True, True, True)
    assert not found.rename_overwrites
    assert found.left_behind == ()
    assert found.home


def test_what_the_server_lacks_is_found_and_nothing_else(lacking: tuple[str, Site]) -> None:
    name, place = lacking
    found = probed(place)
    able = {
        "remove": found.remove,
        "rename": found.rename,
        "times": found.set_times,
        "look": found.shows_files,
    }
    assert able == {each: each != name for each in able}
    assert (found.reopen, found.read, found.write_at_offset) == (True, True, True)
    assert found.tells_missing is (name != "look")


def test_only_what_cannot_be_removed_stays_and_is_named(lacking: tuple[str, Site]) -> None:
    name, place = lacking
    found = probed(place)
    assert sorted(found.left_behind) == sorted(place.at(each) for each in place.names())
    assert len(found.left_behind) == (1 if name == "remove" else 0)


def test_a_probe_uses_the_name_that_the_partner_allows(lacking: tuple[str, Site]) -> None:
    name, place = lacking
    probed(place, "allowed.tmp")
    left = place.names()
    assert all(each.startswith("allowed.tmp") for each in left)
    assert len(left) == (1 if name == "remove" else 0)


@pytest.mark.parametrize("kind", ["memory"])
def test_the_fake_tells_what_it_lacks(
    kind: str, partner_folder: Path, server_user: SystemUser
) -> None:
    with site(kind, partner_folder, server_user) as place:
        assert isinstance(place.server, InMemoryPartners)
        place.server.reopens = place.server.renames = False
        found = probed(place)
        assert (found.reopen, found.overwrite, found.write_at_offset) == (False, False, False)
        assert not found.rename
        with place.partners.connect(place.destination, place.credential) as session:
            session.create_file(place.at("once")).close()
            with pytest.raises(PermissionDenied):
                session.open_part(place.at("once"))
            with pytest.raises(PermissionDenied):
                session.create_file(place.at("once"))
            with pytest.raises(PermissionDenied):
                session.rename(place.at("once"), place.at("named"), replace=False)
