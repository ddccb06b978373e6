"""What attacking servers do around a key exchange."""

import socket
import struct
import threading

import paramiko
from paramiko import common

from tests.doubles.good_sftp import string

BLOCK = bytes(32_000)
LENGTH_OF_4_GB = b"\xff\xff\xff\xf4"
KEXINIT = bytes([common.MSG_KEXINIT]) + bytes(16) + string(b"," * 200_000) + 9 * string(b"x")
IGNORED = bytes([common.MSG_IGNORE]) + string(b"x")
KEX_INIT_OF_A_METHOD = 30  # of all the methods that we offer


def plain(payload: bytes) -> bytes:
    """An SSH packet before the keys."""
    padding = 16 - (len(payload) + 5) % 8
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def packet_of_4_gb(server: paramiko.Transport) -> None:
    server.sock.sendall(LENGTH_OF_4_GB + BLOCK)


def begin_keys_without_end(server: paramiko.Transport) -> None:
    silent = {common.MSG_KEXINIT: bool, KEX_INIT_OF_A_METHOD: bool}
    server._handler_table = {**server._handler_table, **silent}
    server._send_kex_init()


class AfterKeys(paramiko.Transport):  # type: ignore[misc]  # paramiko has no types
    def _activate_outbound(self) -> None:
        super()._activate_outbound()
        packet_of_4_gb(self)


def break_after_keys(key: paramiko.PKey, connection: socket.socket) -> None:
    server = AfterKeys(connection)
    server.add_server_key(key)
    server.start_server(event=threading.Event())
    server.join()
