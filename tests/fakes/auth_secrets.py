"""Passwords, keys and API keys in memory."""

from dataclasses import dataclass, field
from itertools import count

from services.auth.adapters.secretsmanager_signing_keys import SigningKey
from services.auth.domain.errors import SsoNotConfigured
from services.auth.domain.user import ApiKey, Identity


@dataclass
class InMemoryPasswordHasher:
    """Hashes that were made with other `parameters` are outdated."""

    parameters: str = "p1"

    def hash(self, password: str) -> str:
        return f"{self.parameters}:{password[::-1]}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and password_hash.split(":", 1)[1] == password[::-1]

    def outdated(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self.parameters}:")


class InMemorySigningKeys:
    """`rotate` makes a new key. Of the older keys only the last one verifies."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.keys: list[SigningKey] = []
        self.rotate()

    def rotate(self) -> None:
        number = next(self._numbers)
        key = SigningKey(f"key-{number}", f"{number:032d}".encode())
        self.keys = [key, *self.keys[:1]]

    def current(self) -> SigningKey:
        return self.keys[0]

    def find(self, kid: str) -> SigningKey | None:
        return next((key for key in self.keys if key.kid == kid), None)


@dataclass
class InMemoryApiKeys:
    """Without a plan there are no keys, as in the adapter."""

    plan: str = "plan"
    keys: dict[str, tuple[str, ApiKey]] = field(default_factory=dict)  # by id, with their users

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def create(self, user: str) -> ApiKey | None:
        if not self.plan:
            return None
        number = next(self._numbers)
        key = ApiKey(f"k{number}", f"value-{number:020d}")
        self.keys[key.id] = (user, key)
        return key

    def remove(self, key: ApiKey) -> None:
        self.keys.pop(key.id, None)


class NoIdentityProvider:
    """What an installation without single sign-on has."""

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        raise SsoNotConfigured

    def identity(self, code: str, verifier: str, nonce: str) -> Identity:
        raise SsoNotConfigured
