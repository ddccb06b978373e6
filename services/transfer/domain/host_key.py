"""A server's host key, as partners tell it and as we pin it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from services.transfer.domain.errors import FieldInvalid


@dataclass(frozen=True)
class HostKey:
    """A server's public key as in known_hosts: algorithm and base64 blob."""

    algorithm: str
    blob: str

    @classmethod
    def parse(cls, line: str) -> "HostKey":
        """Reads 'ssh-ed25519 AAAA... [comment]'. Raises FieldInvalid."""
        words = line.split()
        advice = "Write it as in known_hosts without the host: '<algorithm> <base64>'."
        if len(words) < 2:
            raise FieldInvalid("host_keys", line, advice)
        try:
            raw = base64.b64decode(words[1], validate=True)
        except (binascii.Error, ValueError):
            raise FieldInvalid("host_keys", line, advice) from None
        name = words[0].encode()
        if raw[:4] != len(name).to_bytes(4, "big") or raw[4 : 4 + len(name)] != name:
            raise FieldInvalid(
                "host_keys", line, "The base64 part does not hold a key of that algorithm."
            )
        return cls(words[0], words[1])

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it: SHA256 in unpadded base64."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.algorithm} {self.blob}"
