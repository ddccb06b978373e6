"""Reads the private keys that users give us, and never shows any part of them."""

import io

import paramiko
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from services.transfer.adapters.ssh_key_text import DSA, KINDS, KeyText, mistaken
from services.transfer.domain.errors import FieldInvalid

MIN_RSA_BITS = 2_048  # NIST SP 800-131A allows no shorter ones, and many servers refuse them

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def check_private_key(text: str, passphrase: str | None) -> None:
    """For a key that is registered. Raises FieldInvalid, also for a key that is too weak."""
    key = read_private_key(text, passphrase)
    if isinstance(key, paramiko.RSAKey) and key.get_bits() < MIN_RSA_BITS:
        raise _refused(
            f"It is an RSA key of {key.get_bits()} bits, which is too weak. Make a new one"
            " (ssh-keygen -t ed25519) and have the partner authorise it."
        )


def read_private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    """Raises FieldInvalid for 'private_key' or 'passphrase', which shows nothing of either.

    It uses cryptography, because paramiko itself cannot read PKCS #8.
    """
    written = KeyText(text)
    advice = mistaken(written)
    if advice is not None:
        raise _refused(advice)
    _check_passphrase(written, passphrase)
    key = _decoded(written, passphrase)
    if isinstance(key, dsa.DSAPrivateKey):
        raise _refused(DSA)
    try:
        for kind, holder in (
            (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
            (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
            (rsa.RSAPrivateKey, paramiko.RSAKey),
        ):
            if isinstance(key, kind):
                return holder.from_private_key(io.StringIO(_as_openssh(key)))
    except (ValueError, TypeError, UnsupportedAlgorithm, paramiko.SSHException):
        pass  # the vendor's message may quote parts of the key
    raise _refused(KINDS)


def _check_passphrase(written: KeyText, passphrase: str | None) -> None:
    if written.encrypted and passphrase is None:
        raise _refused("The private key is encrypted: send its passphrase, too.", "passphrase")
    if not written.encrypted and passphrase is not None:
        raise _refused("The private key is not encrypted: leave the passphrase out.", "passphrase")


def _decoded(written: KeyText, passphrase: str | None) -> object:
    secret = passphrase.encode() if passphrase is not None else None
    try:
        if written.openssh:
            return serialization.load_ssh_private_key(written.encoded, secret)
        return serialization.load_pem_private_key(written.encoded, secret)
    except UnsupportedAlgorithm:
        advice, field = KINDS, "private_key"
    except (ValueError, TypeError, InvalidTag):  # the message may quote parts of the key
        advice, field = "It is damaged. Copy the whole file once more.", "private_key"
        if written.encrypted:
            advice, field = "It does not open the private key.", "passphrase"
    raise _refused(advice, field)


def _refused(advice: str, field: str = "private_key") -> FieldInvalid:
    return FieldInvalid(field, "(not shown)", advice)


def _as_openssh(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
