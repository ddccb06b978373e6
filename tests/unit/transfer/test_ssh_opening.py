"""What we decrypt ourselves, against paramiko's own way on the other side."""

import os
import socket
import struct
from collections.abc import Iterator

import paramiko
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from paramiko.packet import Packetizer

from services.transfer.adapters import ssh_opening
from services.transfer.adapters.ssh_opening import Gathered
from services.transfer.adapters.ssh_transport import MAX_IDLE_MESSAGES, BoundedPacketizer
from tests.unit.transfer.ssh_ends import both_ends

Ends = tuple[BoundedPacketizer, Packetizer, socket.socket]
CHANNEL = 3


@pytest.fixture
def ends() -> Iterator[Ends]:
    with both_ends() as (ours, theirs):
        sender = Packetizer(theirs)
        sender._initial_kex_done = True
        new_keys(ours, sender)
        yield ours, sender, theirs


def new_keys(receiver: Packetizer, sender: Packetizer) -> None:
    key, nonce = os.urandom(16), os.urandom(12)
    settings = {"block_size": 16, "mac_engine": None, "mac_size": 16, "mac_key": None}
    sender.set_outbound_cipher(block_engine=AESGCM(key), aead=True, iv_out=nonce, **settings)
    receiver.set_inbound_cipher(block_engine=AESGCM(key), aead=True, iv_in=nonce, **settings)


def data(content: bytes, channel: int = CHANNEL) -> bytes:
    return struct.pack(">BII", 94, channel, len(content)) + content


def room(size: int, channel: int = CHANNEL) -> bytes:
    return struct.pack(">BII", 93, channel, size)


def send(sender: Packetizer, *messages: bytes) -> None:
    for each in messages:
        sender.send_message(paramiko.Message(each))


def read(ours: BoundedPacketizer) -> tuple[int, int, bytes]:
    kind, message = ours.read_message()
    return ours.packets, kind, message.asbytes()


def test_what_came_together_is_told_together(ends: Ends) -> None:
    ours, sender, _ = ends
    send(sender, data(b"one"), room(7), data(b""), data(b"two"), room(8), b"\x50rest")
    assert read(ours) == (2, 93, struct.pack(">II", CHANNEL, 15))
    assert read(ours) == (3, 94, struct.pack(">II", CHANNEL, 6) + b"onetwo")
    assert read(ours) == (1, 80, b"rest")


@pytest.mark.parametrize(
    "strange",
    [
        data(b"other", channel=4),
        room(1, channel=4),
        data(b"cut")[:-1],
        data(b"longer") + b"x",
        room(1) + b"x",
        room(1)[:-1],
        b"\x5e",
        b"\x14kexinit",
    ],
)
def test_what_is_not_quite_that_is_left_as_it_is(ends: Ends, strange: bytes) -> None:
    ours, sender, _ = ends
    send(sender, data(b"before"), strange, data(b"after"))
    assert read(ours) == (1, 94, data(b"before")[1:])
    assert read(ours) == (1, strange[0], strange[1:])
    assert read(ours) == (1, 94, data(b"after")[1:])


def test_keys_may_change_within_what_came_together(ends: Ends) -> None:
    """What follows such a message may already be sealed by the next keys."""
    ours, sender, _ = ends
    key, nonce = os.urandom(16), os.urandom(12)
    settings = {"block_size": 16, "mac_engine": None, "mac_size": 16, "mac_key": None}
    send(sender, data(b"old"), b"\x15")
    sender.set_outbound_cipher(block_engine=AESGCM(key), aead=True, iv_out=nonce, **settings)
    send(sender, data(b"new"))
    assert [read(ours)[1], read(ours)[1]] == [94, 21]
    ours.set_inbound_cipher(block_engine=AESGCM(key), aead=True, iv_in=nonce, **settings)
    assert read(ours) == (1, 94, data(b"new")[1:])


def test_every_packet_counts_in_the_sequence(ends: Ends) -> None:
    """A cipher after the next key exchange may use the number, and an answer names it."""
    ours, sender, _ = ends
    send(sender, *[room(1)] * 5, b"\x50")
    ours.read_message()
    assert ours.read_message()[1].seqno == 5
    assert getattr(ours, ssh_opening.SEQUENCE) == 6


def test_what_came_before_a_broken_packet_still_counts(ends: Ends) -> None:
    ours, sender, wire = ends
    send(sender, data(b"whole"))
    wire.send(struct.pack(">I", 32) + bytes(48))
    assert read(ours) == (1, 94, data(b"whole")[1:])
    with pytest.raises(InvalidTag):
        ours.read_message()


def test_a_packet_that_comes_in_pieces_is_waited_for(ends: Ends) -> None:
    ours, sender, wire = ends
    sent: list[bytes] = []
    sender.write_all = sent.append
    send(sender, data(b"first"), data(b"second"))
    wire.send(sent[0] + sent[1][:20])
    assert read(ours) == (1, 94, data(b"first")[1:])
    wire.send(sent[1][20:])
    assert read(ours) == (1, 94, data(b"second")[1:])


def test_a_flood_of_messages_that_say_nothing_is_counted_by_packet(ends: Ends) -> None:
    ours, sender, _ = ends
    for _ in range(MAX_IDLE_MESSAGES // 50):
        send(sender, *[room(0)] * 50)
        assert read(ours)[0] == 50
    send(sender, room(0))
    with pytest.raises(paramiko.SSHException, match="flood"):
        ours.read_message()


@pytest.mark.parametrize("limit", ["REKEY_BYTES", "REKEY_PACKETS"])
def test_new_keys_are_due_after_so_much(ends: Ends, limit: str) -> None:
    ours, sender, _ = ends
    setattr(ours, limit, 20 if limit == "REKEY_PACKETS" else 20_000)
    send(sender, *[data(bytes(900))] * 19)
    while ours._opened_packets < 19:
        read(ours)
    assert not ours.need_rekey()
    send(sender, *[data(bytes(2_000))] * 2)
    read(ours)
    assert ours.need_rekey()


def test_a_server_that_exchanges_no_keys_is_left(ends: Ends) -> None:
    ours, sender, _ = ends
    ours.REKEY_PACKETS, ours.REKEY_PACKETS_OVERFLOW_MAX = 2, 5
    send(sender, *[data(b"x")] * 3)
    assert read(ours)[1] == 94
    assert ours.need_rekey()
    send(sender, *[data(b"x")] * 5)
    with pytest.raises(paramiko.SSHException, match="does not exchange keys"):
        ours.read_message()


@pytest.mark.parametrize("missing", ["sequence", "remainder", "limit"])
def test_another_paramiko_decrypts_by_itself(
    ends: Ends, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "limit":
        monkeypatch.setattr(Packetizer, "REKEY_BYTES_OVERFLOW_MAX", None)
    else:
        monkeypatch.setattr(ssh_opening, missing.upper(), "_Packetizer__renamed")
    _, sender, _ = ends
    ours = BoundedPacketizer(ends[0]._connection)
    assert not ours.opens
    new_keys(ours, sender)
    send(sender, room(1), room(2))
    assert [read(ours), read(ours)] == [(1, 93, room(1)[1:]), (1, 93, room(2)[1:])]


@given(st.lists(st.one_of(st.binary(max_size=40).map(data), st.integers(0, 9).map(room))))
def test_no_byte_and_no_room_is_lost(payloads: list[bytes]) -> None:
    gathered = Gathered(struct.pack(">I", CHANNEL))
    assert all(gathered.takes(each) for each in payloads)
    told = {kind: (count, body) for count, kind, body in gathered.messages()}
    datas, rooms = ([each for each in payloads if each[0] == kind] for kind in (94, 93))
    expected = {}
    if datas:
        expected[94] = (len(datas), data(b"".join(each[9:] for each in datas))[1:])
    if rooms:
        expected[93] = (len(rooms), room(sum(each[-1] for each in rooms))[1:])
    assert told == expected
