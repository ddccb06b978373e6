"""The bounds on what a server sends leave room for one that changes its keys all the time."""

import secrets

from tests.servers.sites import sftp_partners
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, place

MEGABYTES = 24
SETTINGS = ["RekeyLimit 1M", "ClientAliveInterval 1", "LogLevel DEBUG1"]


def test_openssh_may_change_its_keys_with_every_megabyte(start_server: StartServer) -> None:
    server, content = start_server(settings=SETTINGS), secrets.token_bytes(MEGABYTES << 20)
    path = f"{server.folder.parent}/in/file"
    with sftp_partners().connect(place(server), by_key(server)) as session:
        with session.create_file(path) as sink:
            sink.write(0, content)
            sink.flush(durable=True)
        with session.open_reader(path) as reader:
            read = b"".join(reader.read([(0, len(content))]))
        assert read == content
        session.remove(path)
    assert server.log.count("SSH2_MSG_NEWKEYS received") > MEGABYTES
