"""Servers that answer no look at a file at all, not even whether it exists: RENAME alone decides.

OpenSSH refuses the requests that it is told to refuse, with PERMISSION_DENIED.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import TargetError
from services.transfer.domain.ports import PartnerSession
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import Site, destination, sftp_partners
from tests.servers.system_user import SystemUser


@pytest.fixture(params=["lstat", "stat,fstat,lstat"])
def secretive(
    request: pytest.FixtureRequest, partner_folder: Path, server_user: SystemUser
) -> Iterator[Site]:
    subsystem = f"sftp internal-sftp -P {request.param}"
    server = OpenSshServer(partner_folder / "state", server_user, subsystem=subsystem)
    server.start()
    try:
        base = f"{partner_folder}/in"
        target = destination(server.port, server_user.name, base, server.host_keys)
        credential = Credential(private_key=server.user_key.read_text())
        yield Site(sftp_partners(), target, credential, Path("/"), server)
    finally:
        server.stop()


@pytest.fixture
def session(secretive: Site) -> Iterator[PartnerSession]:
    with secretive.partners.connect(secretive.destination, secretive.credential) as connected:
        yield connected


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_gets_its_name_where_nobody_may_look_whether_it_is_taken(
    secretive: Site, session: PartnerSession, replace: bool
) -> None:
    session.create_file(secretive.at("part")).close()
    session.rename(secretive.at("part"), secretive.at("target"), replace=replace)
    assert secretive.names() == ["target"]


def test_a_taken_name_is_replaced_where_that_was_asked_for(
    secretive: Site, session: PartnerSession
) -> None:
    secretive.plant(secretive.at("target"), b"old")
    secretive.plant(secretive.at("part"), b"new")
    session.rename(secretive.at("part"), secretive.at("target"), replace=True)
    assert secretive.content(secretive.at("target")) == b"new"
    assert secretive.names() == ["target"]


def test_a_taken_name_is_kept_where_the_server_itself_refuses_the_rename(
    secretive: Site, session: PartnerSession
) -> None:
    """Version 3 demands it of RENAME. The server's answer need not tell the reason."""
    secretive.plant(secretive.at("target"), b"somebody else's")
    secretive.plant(secretive.at("part"), b"new")
    with pytest.raises(TargetError):
        session.rename(secretive.at("part"), secretive.at("target"), replace=False)
    assert secretive.content(secretive.at("target")) == b"somebody else's"
    assert secretive.content(secretive.at("part")) == b"new"
