"""The packets that we build and encrypt, against a decoder that shares nothing with the builder."""

import os
import struct

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

from services.transfer.adapters.ssh_packets import (
    MAX_PACKETS,
    DataPackets,
    Pieces,
    Sealer,
)

KEY, FIXED = bytes(range(16)), b"ssh!"
CHANNEL = 7
IGNORE = b"\2"


def opened(wire: bytes, counter: int) -> list[bytes]:
    """The plain packets on the wire, from the packet length on. RFC 5647, section 7: the length is
    associated data, and the last 8 bytes of the nonce count up by one for each packet."""
    packets = []
    while wire:
        length = struct.unpack(">I", wire[:4])[0]
        assert length % 16 == 0  # RFC 5647, section 7.2
        body, tag = wire[4 : 4 + length], wire[4 + length : 20 + length]
        nonce = FIXED + struct.pack(">Q", counter)
        decryptor = Cipher(algorithms.AES(KEY), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(wire[:4])
        packets.append(wire[:4] + decryptor.update(body) + decryptor.finalize())
        wire, counter = wire[20 + length :], counter + 1
    return packets


def payload(packet: bytes) -> bytes:
    """RFC 4253, section 6: at least four bytes of padding, at most 255."""
    assert 4 <= packet[4] <= 255
    return packet[5 : len(packet) - packet[4]]


def data(message: bytes) -> bytes:
    """RFC 4254, section 5.2."""
    kind, channel, length = struct.unpack(">BII", message[:9])
    assert (kind, channel, length) == (94, CHANNEL, len(message) - 9)
    return message[9:]


def sealer(counter: int = 5) -> Sealer:
    return Sealer(AESGCM(KEY), FIXED + struct.pack(">Q", counter))


SIZES = st.integers(1, 70_000)


@given(
    pieces=st.lists(st.binary(max_size=3_000), max_size=6),
    most=st.integers(1, 900),
    counter=st.integers(0, (1 << 64) - 1_000),
)
@example(pieces=[b"x" * 27], most=27, counter=0)  # 3 bytes short of a block: the longest padding
@example(pieces=[b"", b"x"], most=1, counter=(1 << 64) - 1_000)
def test_the_wire_carries_the_data_in_order_and_no_packet_too_much(
    pieces: list[bytes], most: int, counter: int
) -> None:
    packets, source, sealing = DataPackets(CHANNEL, most), Pieces(*pieces), sealer(counter)
    carried = []
    while source.left:
        size = min(source.left, packets.room)
        wire = bytes(packets.seal(sealing, source, size))
        plain = opened(wire, counter)
        assert len(plain) == packets.count(size) <= MAX_PACKETS
        counter += len(plain)
        carried += [data(payload(each)) for each in plain]
    assert b"".join(carried) == b"".join(pieces)
    assert all(1 <= len(each) <= most for each in carried)


@given(size=SIZES, seed=st.integers(0, 255))
def test_what_is_left_to_another_cipher_is_the_same_data(size: int, seed: int) -> None:
    content = bytes([seed]) * size
    packets = DataPackets(CHANNEL, 32_704)
    messages = list(packets.messages(Pieces(content), size))
    assert b"".join(data(each) for each in messages) == content
    wire = bytes(packets.seal(sealer(), Pieces(content), size))
    assert [payload(each) for each in opened(wire, 5)] == messages


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=8))
def test_single_messages_and_data_share_the_nonces(contents: list[bytes]) -> None:
    sealing, packets, wire = sealer(), DataPackets(CHANNEL, 100), b""
    for each in contents:
        wire += sealing.seal(IGNORE + each)
        wire += bytes(packets.seal(sealing, Pieces(each), len(each)))
    plain = [payload(each) for each in opened(wire, 5)]
    ignored = [each[1:] for each in plain if each[:1] == IGNORE]
    assert ignored == contents
    assert b"".join(data(each) for each in plain if each[:1] != IGNORE) == b"".join(contents)


def test_padding_is_random() -> None:
    packets = DataPackets(CHANNEL, 32)
    wire = bytes(packets.seal(sealer(), Pieces(bytes(256)), 256))
    paddings = [each[-each[4] :] for each in opened(wire, 5)]
    paddings += [opened(sealer().seal(b"x"), 5)[0][-10:] for _ in range(2)]
    assert len(set(paddings)) == len(paddings)


def test_a_packet_that_is_changed_on_its_way_is_noticed() -> None:
    wire = bytearray(DataPackets(CHANNEL, 100).seal(sealer(), Pieces(b"data"), 4))
    wire[10] ^= 1
    with pytest.raises(InvalidTag):
        opened(bytes(wire), 5)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5), st.data())
def test_pieces_are_taken_off_the_front(pieces: list[bytes], draw: st.DataObject) -> None:
    whole, source = b"".join(pieces), Pieces(*pieces)
    while source.left:
        least = draw.draw(st.integers(1, 60))
        front = source.front(least)
        assert whole.startswith(front)
        assert len(front) >= min(least, source.left)
        taken = draw.draw(st.integers(1, len(front)))
        source.skip(taken)
        whole = whole[taken:]
        assert source.left == len(whole)


def test_more_than_there_is_cannot_be_taken() -> None:
    with pytest.raises(IndexError):
        Pieces(os.urandom(3)).fill(memoryview(bytearray(4)))
