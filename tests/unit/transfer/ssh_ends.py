"""Our end of an SSH connection that is past its first key exchange, and the other end."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_transport import BoundedPacketizer


@contextmanager
def both_ends() -> Iterator[tuple[BoundedPacketizer, socket.socket]]:
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        connection.settimeout(0.1)
        connection.receive_bytes = 1 << 16
        theirs.settimeout(0.1)
        packetizer = BoundedPacketizer(connection)
        packetizer._initial_kex_done = True
        yield packetizer, theirs
