"""A login on an OpenSshServer, by key or by password."""

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from tests.servers import unavailable
from tests.servers.openssh import OpenSshServer
from tests.servers.sites import destination, sftp_partners, size_at


def place(server: OpenSshServer) -> Destination:
    return destination(server.port, server.user.name, "/in", server.host_keys)


def by_key(server: OpenSshServer) -> Credential:
    return Credential(private_key=server.user_key.read_text())


def by_password(server: OpenSshServer) -> Credential:
    if server.user.password is None:
        unavailable("password login needs a system user of its own, which only root can make")
    return Credential(password=server.user.password)


def log_in(server: OpenSshServer, credential: Credential) -> None:
    with sftp_partners().connect(place(server), credential) as session:
        assert size_at(session, "/") is not None
