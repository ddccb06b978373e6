"""Private keys are read. Nothing is shown of a key that cannot be read."""

import traceback

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from services.transfer.adapters.ssh_algorithms import preferred_host_keys
from services.transfer.adapters.ssh_keys import read_private_key
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


NO_SSH_KEY = (
    x25519.X25519PrivateKey.generate()
    .private_bytes(serialization.Encoding.PEM, PKCS8, serialization.NoEncryption())
    .decode()
)


@pytest.mark.parametrize(
    ("text", "passphrase"),
    [
        ("", None),
        ("no key at all", None),
        (written(KEYS["ssh-ed25519"], OPENSSH)[:200], None),
        (written(KEYS["ssh-rsa"], PKCS8).replace("M", "?", 3), None),
        (written(KEYS["ssh-ed25519"], OPENSSH, "right"), "wrong"),
        (written(KEYS["ssh-ed25519"], OPENSSH, "right"), None),
        (written(KEYS["ssh-rsa"], PKCS8, "right"), "wrong"),
        (written(KEYS["ssh-rsa"], PKCS8, "right"), None),
        (written(KEYS["ssh-ed25519"], OPENSSH), "needless passphrase"),
        (NO_SSH_KEY, None),
    ],
)
def test_an_unusable_key_is_told_without_showing_it(text: str, passphrase: str | None) -> None:
    with pytest.raises(FieldInvalid) as caught:
        read_private_key(text, passphrase)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.field == "private_key"
    for line in text.splitlines():
        assert len(line) < 20 or line not in shown
    assert passphrase is None or passphrase not in shown


def test_pinned_algorithms_come_first_and_none_gets_lost() -> None:
    known = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    pinned = (HostKey("ssh-rsa", ""), HostKey("ecdsa-sha2-nistp256", ""), HostKey("ssh-dss", ""))
    assert preferred_host_keys(known, pinned) == (
        "rsa-sha2-512",
        "rsa-sha2-256",
        "ecdsa-sha2-nistp256",
        "ssh-ed25519",
    )
