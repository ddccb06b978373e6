"""What we log in with at a partner's server."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Credential:
    """A password, a private key (OpenSSH or PEM text, with its passphrase) or both. repr() never
    shows them.
    """

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @property
    def auth(self) -> "Auth":
        if self.private_key is None:
            return Auth.PASSWORD
        return Auth.KEY if self.password is None else Auth.KEY_AND_PASSWORD


class Auth(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    KEY = "key"
    KEY_AND_PASSWORD = "key_and_password"  # noqa: S105 - a kind, not a secret

    @property
    def has_password(self) -> bool:
        return self is not Auth.KEY

    @property
    def has_key(self) -> bool:
        return self is not Auth.PASSWORD
