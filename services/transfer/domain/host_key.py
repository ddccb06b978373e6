"""What a server shows to prove who it is, as partners tell it and as we pin it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from services.transfer.domain.errors import FieldInvalid

# SHA-256 of a TLS server's certificate (DER), and of the public key in it (SubjectPublicKeyInfo).
# The second one outlives a new certificate for the same key.
CERTIFICATE = "tls-certificate-sha256"
PUBLIC_KEY = "tls-public-key-sha256"
DIGESTS = frozenset({CERTIFICATE, PUBLIC_KEY})
DIGEST_BYTES = 32
ADVICE = (
    "Write it as in known_hosts without the host: '<algorithm> <base64>'; for FTPS as"
    f" '{CERTIFICATE} <digest>' or '{PUBLIC_KEY} <digest>', in 64 hexadecimal digits or in base64."
)


@dataclass(frozen=True)
class HostKey:
    """A server's public key as in known_hosts (algorithm and base64 blob), or a digest of what a
    TLS server shows."""

    algorithm: str
    blob: str

    @classmethod
    def parse(cls, line: str) -> "HostKey":
        """Reads 'ssh-ed25519 AAAA... [comment]'. Raises FieldInvalid."""
        words = line.split()
        if len(words) < 2:
            raise FieldInvalid("host_keys", line, ADVICE)
        if words[0] in DIGESTS:
            return cls.of_digest(words[0], _digest(words[1], line))
        try:
            raw = base64.b64decode(words[1], validate=True)
        except (binascii.Error, ValueError):
            raise FieldInvalid("host_keys", line, ADVICE) from None
        name = words[0].encode()
        if raw[:4] != len(name).to_bytes(4, "big") or raw[4 : 4 + len(name)] != name:
            raise FieldInvalid(
                "host_keys", line, "The base64 part does not hold a key of that algorithm."
            )
        return cls(words[0], words[1])

    @classmethod
    def of_digest(cls, kind: str, digest: bytes) -> "HostKey":
        return cls(kind, base64.b64encode(digest).decode())

    @property
    def is_of_tls(self) -> bool:
        return self.algorithm in DIGESTS

    @property
    def fingerprint(self) -> str:
        """Of an SSH key as `ssh-keygen -l` prints it: SHA256 in unpadded base64. Of a certificate
        in hexadecimal digits, as tools for certificates print it."""
        if self.is_of_tls:
            return "SHA256:" + base64.b64decode(self.blob).hex()
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.algorithm} {self.blob}"


def _digest(text: str, line: str) -> bytes:
    try:
        if len(text) == 2 * DIGEST_BYTES:
            return bytes.fromhex(text)
        digest = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != DIGEST_BYTES:
        raise FieldInvalid("host_keys", line, ADVICE)
    return digest
