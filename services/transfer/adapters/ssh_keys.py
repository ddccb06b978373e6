"""Reads the private keys that users give us, and never shows any part of them."""

import io

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from services.transfer.domain.errors import FieldInvalid

ADVICE = (
    "Give an unbroken Ed25519, ECDSA or RSA private key in OpenSSH or PEM format,"
    " and its passphrase if it has one."
)


def read_private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """Raises FieldInvalid('private_key'), which shows nothing of the key.

    It uses cryptography, because paramiko itself cannot read PKCS #8.
    """
    secret = passphrase.encode() if passphrase else None
    encoded = text.strip().encode() + b"\n"
    try:
        if b"BEGIN OPENSSH PRIVATE KEY" in encoded:
            key: object = serialization.load_ssh_private_key(encoded, secret)
        else:
            key = serialization.load_pem_private_key(encoded, secret)
        for kind, holder in (
            (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
            (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
            (rsa.RSAPrivateKey, paramiko.RSAKey),
        ):
            if isinstance(key, kind):
                return holder.from_private_key(io.StringIO(_as_openssh(key)))
    except (ValueError, TypeError, UnsupportedAlgorithm, paramiko.SSHException):
        pass  # the vendor's message may quote parts of the key
    raise FieldInvalid("private_key", "(not shown)", ADVICE) from None


def _as_openssh(
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
