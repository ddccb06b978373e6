"""What we encrypt ourselves, against paramiko's own way on the other side."""

import hashlib
import os
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import paramiko
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from paramiko.packet import Packetizer

from services.transfer.adapters import ssh_sealing
from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_packets import DataPackets, Pieces
from services.transfer.adapters.ssh_transport import BoundedPacketizer
from tests.unit.transfer.ssh_ends import both_ends

CONTENT = os.urandom(50_000)
MOST_BYTES = 1_000
Ends = tuple[BoundedPacketizer, Packetizer]


@pytest.fixture
def ends() -> Iterator[Ends]:
    with both_ends() as (ours, theirs):
        yield ours, Packetizer(theirs)


def gcm(ends: Ends) -> None:
    """New keys for both directions, as a key exchange sets them."""
    ours, theirs = ends
    for sender, receiver in ((ours, theirs), (theirs, ours)):
        key, nonce = os.urandom(16), os.urandom(12)
        settings = {"block_size": 16, "mac_engine": None, "mac_size": 16, "mac_key": None}
        engines = AESGCM(key), AESGCM(key)
        sender.set_outbound_cipher(block_engine=engines[0], aead=True, iv_out=nonce, **settings)
        receiver.set_inbound_cipher(block_engine=engines[1], aead=True, iv_in=nonce, **settings)


def ctr(ends: Ends) -> None:
    """Its MAC covers the sequence numbers (RFC 4253, section 6.4)."""
    ours, theirs = ends
    for sender, receiver in ((ours, theirs), (theirs, ours)):
        cipher, mac_key = Cipher(algorithms.AES(os.urandom(16)), modes.CTR(bytes(16))), b"k" * 32
        mac = (16, hashlib.sha256, 32, mac_key)
        sender.set_outbound_cipher(cipher.encryptor(), *mac, sdctr=True)
        receiver.set_inbound_cipher(cipher.decryptor(), *mac)


def ignored(number: int) -> paramiko.Message:
    return paramiko.Message(b"\2" + struct.pack(">I", number))


def send(packetizer: BoundedPacketizer, content: bytes) -> None:
    packets, pieces = DataPackets(3, MOST_BYTES), Pieces(content)
    while pieces.left:
        packetizer.send_data(packets, pieces, min(pieces.left, packets.room))


def received(packetizer: Packetizer, size: int) -> bytes:
    content = b""
    while len(content) < size:
        kind, message = packetizer.read_message()
        if kind == 94:
            assert message.get_int() == 3
            content += message.get_binary()
    return content


@pytest.mark.parametrize("sealing", [True, False])
def test_data_and_messages_arrive_and_keys_and_ciphers_change(ends: Ends, sealing: bool) -> None:
    """Both sides count every packet: the second cipher checks our numbers."""
    ours, theirs = ends
    ours.seals = sealing
    for change in (gcm, gcm, ctr, gcm):
        change(ends)
        assert (ours._sealer is None) == (change is ctr or not sealing)
        with ThreadPoolExecutor() as pool:
            reading = pool.submit(received, theirs, 2 * len(CONTENT))
            send(ours, CONTENT)
            ours.send_message(ignored(1))
            send(ours, CONTENT)
            assert reading.result(10) == CONTENT * 2
        for number in range(20):
            theirs.send_message(ignored(number))
        assert [ours.read_message()[1].get_int() for _ in range(20)] == list(range(20))


def test_threads_do_not_mix_their_packets(ends: Ends) -> None:
    gcm(ends)
    ours, theirs = ends
    both = threading.Barrier(2, timeout=10)

    def chatter() -> None:
        both.wait()
        for number in range(50):
            ours.send_message(ignored(number))

    with ThreadPoolExecutor() as pool:
        reading = pool.submit(received, theirs, len(CONTENT))
        chattering = pool.submit(chatter)
        both.wait()
        send(ours, CONTENT)
        chattering.result(10)
        assert reading.result(10) == CONTENT


@pytest.mark.parametrize("limit", ["REKEY_BYTES", "REKEY_PACKETS"])
def test_new_keys_are_due_after_so_much(ends: Ends, limit: str) -> None:
    ours, _ = ends
    setattr(ours, limit, 20 if limit == "REKEY_PACKETS" else 20_000)
    gcm(ends)
    send(ours, bytes(19 * MOST_BYTES))
    assert not ours.need_rekey()
    ours.send_message(ignored(0))
    send(ours, bytes(MOST_BYTES))
    assert ours.need_rekey()
    gcm(ends)
    assert not ours.need_rekey()


def test_a_nonce_is_not_used_again_after_a_send_that_failed(ends: Ends) -> None:
    gcm(ends)
    ours, theirs = ends
    refused = PartnerSocket()  # it is not connected
    own, ours._Packetizer__socket = ours._Packetizer__socket, refused
    with pytest.raises(EOFError):
        send(ours, CONTENT)
    ours._Packetizer__socket = own
    refused.close()
    ours.send_message(ignored(1))
    with pytest.raises(InvalidTag):  # the nonces of what was not sent are gone
        theirs.read_message()


@pytest.mark.parametrize("missing", ["version", "sequence", "method", "limit", "into"])
def test_another_paramiko_is_left_alone(
    ends: Ends, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "version":
        monkeypatch.setattr(paramiko, "__version__", "6.0.0")
    elif missing == "sequence":
        monkeypatch.setattr(ssh_sealing, "SEQUENCE", "_Packetizer__renamed")
    elif missing == "method":
        monkeypatch.setattr(Packetizer, "_trigger_rekey", None)
    elif missing == "limit":
        monkeypatch.setattr(Packetizer, "REKEY_BYTES", None)
    else:
        monkeypatch.setattr(ssh_sealing, "AESGCM", object)
    assert not BoundedPacketizer(ends[0]._connection).seals
