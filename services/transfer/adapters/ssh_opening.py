"""Decrypts what comes in by itself where the cipher is AES-GCM. paramiko needs three times the CPU
for a small packet, and a server sends 14 of them for each MB that it takes.

It needs names of paramiko that are not public, and leaves all to paramiko without them, as
ssh_sealing.py does.
"""

from typing import Any

import paramiko
from paramiko.packet import Packetizer

from services.transfer.adapters.ssh_packets import LENGTH_BYTES, TAG_BYTES, Sealer
from services.transfer.adapters.ssh_sealing import (
    SEQUENCE_NUMBERS,
    Volume,
    is_known,
    sealer_of,
)

SEQUENCE_IN = "_Packetizer__sequence_number_in"


class OpeningPacketizer(Packetizer):  # type: ignore[misc]  # paramiko has no types
    """Each key is used either by us or by paramiko."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.opens = is_known(self, SEQUENCE_IN)
        self._opener: Sealer | None = None  # None: paramiko decrypts
        self._opened, self._late = Volume(), Volume()

    def set_inbound_cipher(self, *positional: Any, **cipher: Any) -> None:
        super().set_inbound_cipher(*positional, **cipher)
        self._opener = sealer_of(cipher, "iv_in") if self.opens else None
        self._opened, self._late = Volume(), Volume()

    def read_message(self) -> tuple[int, paramiko.Message]:
        """While nothing comes and new keys are due, it raises paramiko's NeedRekeyException."""
        opener = self._opener
        if opener is None:
            kind, message = super().read_message()
            return kind, message
        length = self.read_all(LENGTH_BYTES, check_rekey=True)
        size = int.from_bytes(length, "big")
        sealed = self.read_all(size + TAG_BYTES)
        plain = opener.engine.decrypt(opener.next_nonce(), sealed, length)
        number = getattr(self, SEQUENCE_IN)
        setattr(self, SEQUENCE_IN, (number + 1) % SEQUENCE_NUMBERS)
        self._count(LENGTH_BYTES + len(sealed))
        end = size - plain[0]  # without the padding
        message = paramiko.Message(plain[2:end])
        message.seqno = number
        return plain[1:end][0], message

    def _count(self, size: int) -> None:
        """A server may go on for a while after new keys are due, but not for ever."""
        if self.need_rekey():
            self._late.add(size, 1)
            most = self.REKEY_BYTES_OVERFLOW_MAX, self.REKEY_PACKETS_OVERFLOW_MAX
            if self._late.reaches(*most):
                raise paramiko.SSHException("the server ignores that new keys are due")
            return
        self._opened.add(size, 1)
        if self._opened.reaches(self.REKEY_BYTES, self.REKEY_PACKETS):
            self._trigger_rekey()
