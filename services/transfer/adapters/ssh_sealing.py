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
METHODS = ("write_all", "need_rekey", "_trigger_rekey")
LIMITS = ("REKEY_BYTES", "REKEY_PACKETS")
SEQUENCE = "_Packetizer__sequence_number_out"
SEQUENCE_NUMBERS = 1 << 32
NONCE_BYTES = 12


class SealingPacketizer(Packetizer):  # type: ignore[misc]  # paramiko has no types
    """Each key is used either by us or by paramiko, so that no nonce is used twice."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.seals = _is_known(self)
        self._sending = threading.RLock()
        self._sealer: Sealer | None = None  # None: paramiko encrypts
        self._sealed_bytes = self._sealed_packets = 0  # under this key

    def set_outbound_cipher(self, *positional: Any, **cipher: Any) -> None:
        """paramiko calls it in each key exchange, before anybody may send with the new keys."""
        with self._sending:
            super().set_outbound_cipher(*positional, **cipher)
            found = engine_of(cipher, "iv_out") if self.seals else None
            self._sealer = Sealer(*found) if found else None
            self._sealed_bytes = self._sealed_packets = 0

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
        number = getattr(self, SEQUENCE) + packets
        # AES-GCM does not use it, but the cipher after the next key exchange may
        setattr(self, SEQUENCE, number % SEQUENCE_NUMBERS)
        self.write_all(sealed)
        self._sealed_bytes += len(sealed)
        self._sealed_packets += packets
        much = self._sealed_bytes >= self.REKEY_BYTES or self._sealed_packets >= self.REKEY_PACKETS
        if much and not self.need_rekey():
            self._trigger_rekey()


def _is_known(packetizer: Packetizer) -> bool:
    """Whether this is the paramiko that was read."""
    return (
        paramiko.__version__.startswith(PARAMIKO)
        and isinstance(getattr(packetizer, SEQUENCE, None), int)
        and all(callable(getattr(packetizer, name, None)) for name in METHODS)
        and all(isinstance(getattr(packetizer, name, None), int) for name in LIMITS)
        and hasattr(AESGCM, "encrypt_into")
    )


def engine_of(cipher: dict[str, Any], nonce: str) -> tuple[AESGCM, bytes] | None:
    """The engine, and its first nonce by that name, of what paramiko hands over. None for other
    ciphers than AES-GCM."""
    engine, first = cipher.get("block_engine"), cipher.get(nonce)
    known = cipher.get("aead") is True and cipher.get("mac_size") == TAG_BYTES
    if not known or not isinstance(engine, AESGCM):
        return None
    if not isinstance(first, bytes) or len(first) != NONCE_BYTES:
        return None
    return engine, first
