"""Private keys are read. Nothing is shown of a key that cannot be read."""

import base64
import traceback

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from services.transfer.adapters.ssh_algorithms import preferred_host_keys
from services.transfer.adapters.ssh_keys import check_private_key, read_private_key
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.host_key import HostKey

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

KEYS: dict[str, Key] = {
    "ssh-ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa-sha2-nistp256": ec.generate_private_key(ec.SECP256R1()),
    "ssh-rsa": rsa.generate_private_key(65537, 2048),
}
OPENSSH = serialization.PrivateFormat.OpenSSH
PKCS8 = serialization.PrivateFormat.PKCS8
PEM = serialization.PrivateFormat.TraditionalOpenSSL


def written(
    key: Key,
    form: serialization.PrivateFormat,
    passphrase: str | None = None,
) -> str:
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(serialization.Encoding.PEM, form, protection).decode()


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("passphrase", [None, "open sesame"])
@pytest.mark.parametrize("form", [OPENSSH, PKCS8])
def test_every_usual_key_is_read(
    algorithm: str, form: serialization.PrivateFormat, passphrase: str | None
) -> None:
    text = written(KEYS[algorithm], form, passphrase)
    assert read_private_key(text, passphrase).get_name() == algorithm


@pytest.mark.parametrize("algorithm", ["ecdsa-sha2-nistp256", "ssh-rsa"])
def test_old_pem_keys_are_read(algorithm: str) -> None:
    assert read_private_key(written(KEYS[algorithm], PEM), None).get_name() == algorithm


def test_blank_lines_around_a_key_do_no_harm() -> None:
    text = "\n\n  " + written(KEYS["ssh-ed25519"], OPENSSH) + "\n\n"
    assert read_private_key(text, None).get_name() == "ssh-ed25519"


def pkcs8(key: PrivateKeyTypes) -> str:
    no_secret = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, PKCS8, no_secret).decode()


def public(algorithm: str) -> str:
    openssh = serialization.PublicFormat.OpenSSH
    return (
        KEYS[algorithm].public_key().public_bytes(serialization.Encoding.OpenSSH, openssh).decode()
    )


def of_kind(kind: bytes) -> str:
    """The frame of an OpenSSH key (OpenSSH's PROTOCOL.key)."""
    fields = [b"none", b"none", b"", None, len(kind).to_bytes(4) + kind, b"?"]
    packed = b"openssh-key-v1\0" + b"".join(
        (1).to_bytes(4) if field is None else len(field).to_bytes(4) + field for field in fields
    )
    body = base64.b64encode(packed).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n"


def slow(rounds: int) -> str:
    lines = written(KEYS["ssh-ed25519"], OPENSSH, "right").splitlines()
    packed = base64.b64decode("".join(lines[1:-1]))
    at = packed.index(b"bcrypt") + len(b"bcrypt") + 4 + 4 + 16  # lengths of options and salt
    changed = packed[:at] + rounds.to_bytes(4) + packed[at + 4 :]
    return "\n".join((lines[0], base64.b64encode(changed).decode(), lines[-1]))


ED25519 = written(KEYS["ssh-ed25519"], OPENSSH)
RSA_PEM = written(KEYS["ssh-rsa"], PEM)
OLD_DSA = dsa.generate_private_key(1024)  # noqa: S505 - it is refused
SHORT_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 - as some partners still have
PPK = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAA\n"


@pytest.mark.parametrize(
    ("text", "passphrase", "field", "told"),
    [
        ("", None, "private_key", "no private key"),
        ("no key at all", None, "private_key", "no private key"),
        (PPK, None, "private_key", "puttygen key.ppk -O private-openssh"),
        (public("ssh-rsa"), None, "private_key", "without .pub"),
        ("-----BEGIN PUBLIC KEY-----\nMFkw\n", None, "private_key", "without .pub"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", None, "private_key", "without .pub"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA x", None, "private_key", "certificate"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n", None, "private_key", "certificate"),
        (ED25519[:200], None, "private_key", "cut short"),
        (RSA_PEM[: len(RSA_PEM) // 2], None, "private_key", "cut short"),
        (
            "\n".join(RSA_PEM.splitlines()[:-3] + RSA_PEM.splitlines()[-1:]),
            None,
            "private_key",
            "cut",
        ),
        (pkcs8(KEYS["ssh-rsa"]).replace("M", "?", 3), None, "private_key", "cut short"),
        (written(KEYS["ssh-rsa"], PKCS8, "right")[:-200], "right", "private_key", "cut short"),
        (written(KEYS["ssh-ed25519"], OPENSSH, "right")[:300], "right", "private_key", "cut"),
        (written(KEYS["ssh-ed25519"], OPENSSH, "right"), "wrong", "passphrase", "not open"),
        (written(KEYS["ssh-ed25519"], OPENSSH, "right"), None, "passphrase", "is encrypted"),
        (written(KEYS["ssh-rsa"], PKCS8, "right"), "wrong", "passphrase", "not open"),
        (written(KEYS["ssh-rsa"], PKCS8, "right"), None, "passphrase", "is encrypted"),
        (written(KEYS["ssh-rsa"], PEM, "right"), "wrong", "passphrase", "not open"),
        (written(KEYS["ssh-rsa"], PEM, "right"), None, "passphrase", "is encrypted"),
        (ED25519, "needless passphrase", "passphrase", "not encrypted"),
        (RSA_PEM, "needless passphrase", "passphrase", "not encrypted"),
        (pkcs8(OLD_DSA), None, "private_key", "DSA"),
        (of_kind(b"ssh-dss"), None, "private_key", "DSA"),
        (of_kind(b"sk-ssh-ed25519@openssh.com"), None, "private_key", "security key"),
        (pkcs8(x25519.X25519PrivateKey.generate()), None, "private_key", "only"),
        (pkcs8(ec.generate_private_key(ec.SECP256K1())), None, "private_key", "only"),
        (pkcs8(SHORT_RSA), None, "private_key", "1024 bits"),
        (slow(1 << 31), "right", "private_key", "bcrypt"),
    ],
)
def test_an_unusable_key_is_told_why_without_showing_it(
    text: str, passphrase: str | None, field: str, told: str
) -> None:
    with pytest.raises(FieldInvalid) as caught:
        check_private_key(text, passphrase)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.field == field
    assert told in caught.value.advice
    for line in text.splitlines():
        assert len(line) < 20 or line not in shown
    assert passphrase is None or f"'{passphrase}'" not in shown


def test_a_weak_key_that_is_stored_already_is_still_used() -> None:
    text = pkcs8(SHORT_RSA)
    assert read_private_key(text, None).get_name() == "ssh-rsa"


@pytest.mark.parametrize("passphrase", [None, "right"])
@pytest.mark.parametrize("form", [OPENSSH, PEM, PKCS8])
def test_line_ends_of_windows_do_no_harm(
    form: serialization.PrivateFormat, passphrase: str | None
) -> None:
    text = written(KEYS["ssh-rsa"], form, passphrase).replace("\n", "\r\n")
    assert read_private_key(text, passphrase).get_name() == "ssh-rsa"


def test_pinned_algorithms_come_first_and_none_gets_lost() -> None:
    known = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    pinned = (HostKey("ssh-rsa", ""), HostKey("ecdsa-sha2-nistp256", ""), HostKey("ssh-dss", ""))
    assert preferred_host_keys(known, pinned) == (
        "rsa-sha2-512",
        "rsa-sha2-256",
        "ecdsa-sha2-nistp256",
        "ssh-ed25519",
    )


@pytest.mark.parametrize("eaten", ["", " "])
@pytest.mark.parametrize("form", [OPENSSH, PKCS8])
def test_lost_line_breaks_do_no_harm(form: serialization.PrivateFormat, eaten: str) -> None:
    text = written(KEYS["ssh-ed25519"], form, "right").replace("\n", eaten)
    assert read_private_key(text, "right").get_name() == "ssh-ed25519"
