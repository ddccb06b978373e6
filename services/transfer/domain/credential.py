"""What we log in with at a partner's server."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Credential:
    """Either a password or a private key (OpenSSH or PEM text, with its passphrase). repr() never
    shows them.
    """

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @property
    def auth(self) -> "Auth":
        return Auth.KEY if self.private_key is not None else Auth.PASSWORD


class Auth(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    KEY = "key"
