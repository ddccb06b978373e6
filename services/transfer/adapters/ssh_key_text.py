"""What is written in the text of a private key, and what users send in its place.

It looks at the frame only, so that each mistake gets a sentence of its own: the libraries' own
messages do not tell a wrong passphrase from half a file.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cached_property

from services.transfer.adapters.sftp_packets import Malformed, Reader

FRAME = re.compile(
    r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----\s*(.*?)(-----END \1-----|\Z)", re.DOTALL
)
HEADERS = re.compile(r"^[A-Za-z-]+: .*$", re.MULTILINE)  # of old PEM files: Proc-Type, DEK-Info
MAGIC = b"openssh-key-v1\0"
MAX_KDF_ROUNDS = 1_000  # of bcrypt; ssh-keygen makes 16 or 24 unless asked for more
PUBLIC = re.compile(
    r"^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+) AAAA|BEGIN ([A-Z0-9]+ )?PUBLIC KEY"
)
CERTIFICATE = re.compile(r"^\S+-cert-v\d+@openssh\.com AAAA|BEGIN CERTIFICATE")

KINDS = "FileFerry logs in with Ed25519, ECDSA (P-256, P-384, P-521) and RSA keys only."
DSA = (
    "It is a DSA key, which servers no longer take. Make a new one (ssh-keygen -t ed25519) and"
    " have the partner authorise it."
)
PUTTY = "It is a PuTTY key. Convert it: puttygen key.ppk -O private-openssh -o key"
PUBLIC_KEY = (
    "It is a public key, which belongs to the partner. Send the private key: the file without"
    " .pub at its end."
)
NO_KEY = (
    "It is no private key. Send the whole file from -----BEGIN ... PRIVATE KEY----- to"
    " -----END ... PRIVATE KEY-----, in OpenSSH or PEM format."
)
CUT = "It is cut short or damaged. Copy the whole file once more, with its line breaks."


class KeyText:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").strip()
        self._frame = FRAME.search(self.text)

    @property
    def label(self) -> str | None:
        return self._frame[1] if self._frame else None

    @property
    def openssh(self) -> bool:
        return self.label == "OPENSSH PRIVATE KEY"

    @cached_property
    def whole(self) -> bool:
        """It has its end, and its bytes are as many as they say they are."""
        if self._frame is None or not self._frame[3] or self.body is None:
            return False
        if self.openssh:
            return bool(self._openssh_fields)
        scrambled = bool(HEADERS.search(self._frame[2]))
        return scrambled or _is_one_der_value(self.body)

    @cached_property
    def body(self) -> bytes | None:
        if self._frame is None:
            return None
        packed = "".join(HEADERS.sub("", self._frame[2]).split())
        try:
            return base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            return None

    @property
    def encoded(self) -> bytes:
        """The key as libraries want it, also where copying it has eaten the line breaks."""
        if self._frame is None or self.body is None or HEADERS.search(self._frame[2]):
            return self.text.encode(errors="replace") + b"\n"
        lines = base64.encodebytes(self.body)
        return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (
            label := self._frame[1].encode(),
            lines,
            label,
        )

    @property
    def encrypted(self) -> bool:
        if self.openssh:
            return bool(self._openssh_fields) and self._openssh_fields[0] != b"none"
        return self.label == "ENCRYPTED PRIVATE KEY" or "Proc-Type: 4,ENCRYPTED" in self.text

    @property
    def openssh_kind(self) -> bytes:
        """The name of the key's algorithm."""
        try:
            return Reader(self._openssh_fields[3]).string() if self._openssh_fields else b""
        except Malformed:
            return b""

    @property
    def kdf_rounds(self) -> int:
        if not self._openssh_fields or not self._openssh_fields[2]:
            return 0
        try:
            options = Reader(self._openssh_fields[2])
            options.string()  # the salt
            return options.uint32()
        except Malformed:
            return 0

    @cached_property
    def _openssh_fields(self) -> tuple[bytes, ...]:
        """Cipher, key derivation, its options, public key, private part (OpenSSH's PROTOCOL.key).
        Empty when it is not whole."""
        if not self.body or not self.body.startswith(MAGIC):
            return ()
        try:
            return tuple(_openssh_fields(Reader(self.body[len(MAGIC) :])))
        except Malformed:
            return ()


def mistaken(written: KeyText) -> str | None:
    """What to do about a text that is not a private key of a kind that we take. None: it may be."""
    kind = written.openssh_kind
    for wrong, advice in (
        (written.text.startswith("PuTTY-User-Key-File-"), PUTTY),
        (CERTIFICATE.search(written.text), "It is a certificate. Send the private key itself."),
        (written.label is None and PUBLIC.search(written.text), PUBLIC_KEY),
        (written.label is None, NO_KEY),
        (not written.whole, CUT),
        (written.label == "DSA PRIVATE KEY" or kind == b"ssh-dss", DSA),
        (kind.startswith(b"sk-"), "Its secret part is in a security key, which we cannot ask."),
        (
            written.kdf_rounds > MAX_KDF_ROUNDS,
            f"Opening it takes more than {MAX_KDF_ROUNDS} rounds of bcrypt. Set the passphrase"
            " again with less: ssh-keygen -p -a 100 -f key",
        ),
    ):
        if wrong:
            return advice
    return None


def _openssh_fields(reader: Reader) -> Iterator[bytes]:
    for _ in range(3):
        yield reader.string()
    reader.uint32()  # the number of keys, always 1
    yield reader.string()
    yield reader.string()


def _is_one_der_value(body: bytes) -> bool:
    """A DER value that is as long as its first bytes say (X.690, section 8.1.3)."""
    if len(body) < 2:
        return False
    first, length_bytes = body[1], body[1] & 0x7F
    if first < 0x80:
        return len(body) == 2 + first
    return len(body) == 2 + length_bytes + int.from_bytes(body[2 : 2 + length_bytes])
