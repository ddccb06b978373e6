"""Encrypts what goes out by itself where the cipher is AES-GCM, so that many packets can be sent at
once.

It needs names of paramiko that are not public (docs/adr/0054). Where one of them is missing or has
another shape, everything is left to paramiko.
"""

import threading
from typing import Any

import paramiko
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from paramiko.packet import Packetizer

from services.transfer.adapters.ssh_packets import TAG_BYTES, DataPackets, Pieces, Sealer

PARAMIKO = "5.1."  # the release whose packet.py was read
METHODS = ("read_all", "write_all", "need_rekey", "_trigger_rekey")
LIMITS = ("REKEY_BYTES", "REKEY_PACKETS", "REKEY_BYTES_OVERFLOW_MAX", "REKEY_PACKETS_OVERFLOW_MAX")
SEQUENCE_OUT = "_Packetizer__sequence_number_out"
SEQUENCE_NUMBERS = 1 << 32
NONCE_BYTES = 12


class Volume:
    """What went through one key."""

    def __init__(self) -> None:
        self._bytes = self._packets = 0

    def add(self, size: int, packets: int) -> None:
        self._bytes += size
        self._packets += packets

    def reaches(self, most_bytes: int, most_packets: int) -> bool:
        return self._bytes >= most_bytes or self._packets >= most_packets


class SealingPacketizer(Packetizer):  # type: ignore[misc]  # paramiko has no types
    """Each key is used either by us or by paramiko, so that no nonce is used twice."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.seals = is_known(self, SEQUENCE_OUT)
        self._sending = threading.RLock()
        self._sealer: Sealer | None = None  # None: paramiko encrypts
        self._sealed = Volume()

    def set_outbound_cipher(self, *positional: Any, **cipher: Any) -> None:
        """paramiko calls it in each key exchange, before anybody may send with the new keys."""
        with self._sending:
            super().set_outbound_cipher(*positional, **cipher)
            self._sealer = sealer_of(cipher, "iv_out") if self.seals else None
            self._sealed = Volume()

    def set_outbound_compressor(self, compressor: Any) -> None:
        raise paramiko.SSHException("compression was not offered")

    def send_message(self, data: paramiko.Message) -> None:
        with self._sending:
            if self._sealer is None:
                super().send_message(data)
            else:
                self._write(self._sealer.seal(data.asbytes()), 1)

    def send_data(self, packets: DataPackets, pieces: Pieces, size: int) -> None:
        """Sends the next `size` bytes of `pieces`, by one call of the socket where it can."""
        with self._sending:
            if self._sealer is not None:
                self._write(packets.seal(self._sealer, pieces, size), packets.count(size))
                return
            for message in packets.messages(pieces, size):
                super().send_message(paramiko.Message(message))

    def _write(self, sealed: bytes | memoryview, packets: int) -> None:
        number = getattr(self, SEQUENCE_OUT) + packets
        # AES-GCM does not use it, but the cipher after the next key exchange may
        setattr(self, SEQUENCE_OUT, number % SEQUENCE_NUMBERS)
        self.write_all(sealed)
        self._sealed.add(len(sealed), packets)
        if self._sealed.reaches(self.REKEY_BYTES, self.REKEY_PACKETS) and not self.need_rekey():
            self._trigger_rekey()


def is_known(packetizer: Packetizer, sequence: str) -> bool:
    """Whether this is the paramiko that was read."""
    return (
        paramiko.__version__.startswith(PARAMIKO)
        and isinstance(getattr(packetizer, sequence, None), int)
        and all(callable(getattr(packetizer, name, None)) for name in METHODS)
        and all(isinstance(getattr(packetizer, name, None), int) for name in LIMITS)
        and hasattr(AESGCM, "encrypt_into")
    )


def sealer_of(cipher: dict[str, Any], nonce: str) -> Sealer | None:
    """From what paramiko hands over for a direction. None for other ciphers than AES-GCM."""
    engine, first = cipher.get("block_engine"), cipher.get(nonce)
    known = cipher.get("aead") is True and cipher.get("mac_size") == TAG_BYTES
    if not known or not isinstance(engine, AESGCM):
        return None
    if not isinstance(first, bytes) or len(first) != NONCE_BYTES:
        return None
    return Sealer(engine, first)
