"""The bounds on what a server sends leave room for one that changes its keys all the time."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from services.transfer.adapters import ssh_sealing
from services.transfer.adapters.ssh_packets import Pieces
from services.transfer.adapters.ssh_senders import BulkSender, ChannelSender, Sender
from services.transfer.adapters.ssh_transport import BoundedPacketizer
from tests.servers.sites import sftp_partners
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, place

MEGABYTES = 24
Send = Callable[[Any, Pieces], int]
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


@pytest.mark.parametrize("cipher", ["aes128-gcm@openssh.com", "aes128-ctr", "public"])
def test_we_change_our_keys_with_every_megabyte(
    start_server: StartServer, cipher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the sender is quicker than paramiko's thread, which changes them."""
    monkeypatch.setattr(BoundedPacketizer, "REKEY_BYTES", 1 << 20)
    sent_by = count_sends(monkeypatch)
    settings = ["LogLevel DEBUG1"]
    if cipher == "public":
        monkeypatch.setattr(ssh_sealing, "PARAMIKO", "another")
    else:
        settings += [f"Ciphers {cipher}"]
    server, content = start_server(settings=settings), secrets.token_bytes(MEGABYTES << 20)
    path = f"{server.folder.parent}/in/file"
    with sftp_partners().connect(place(server), by_key(server)) as session:
        with session.create_file(path) as sink:
            for begin in range(0, len(content), 1 << 20):
                sink.write(begin, content[begin : begin + (1 << 20)])
            sink.flush(durable=True)
        with session.open_reader(path) as reader:
            read = b"".join(reader.read([(0, len(content))]))
        assert read == content
        session.remove(path)
    assert server.log.count("SSH2_MSG_NEWKEYS received") > 3
    assert sent_by == {ChannelSender if cipher == "public" else BulkSender}


def count_sends(monkeypatch: pytest.MonkeyPatch) -> set[type[Sender]]:
    """The senders that are at work."""
    used: set[type[Sender]] = set()
    for kind in (BulkSender, ChannelSender):

        def send(self: Sender, pieces: Pieces, own: Send = kind.send) -> int:
            used.add(type(self))
            return own(self, pieces)

        monkeypatch.setattr(kind, "send", send)
    return used
