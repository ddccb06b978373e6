"""Passwords hashed with argon2id."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type

from services.auth.domain.passwords import normal

# OWASP Password Storage Cheat Sheet, 'Argon2id': at least 19 MiB, 2 iterations, parallelism 1.
MEMORY_KIB, ITERATIONS, LANES = 19 * 1024, 2, 1
# The hash of no password. Comparing with it takes as long as with any other hash.
NOBODY = f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}${'A' * 22}${'A' * 43}"


class Argon2PasswordHasher:
    """Implements PasswordHasher."""

    def __init__(self) -> None:
        self._argon2 = PasswordHasher(ITERATIONS, MEMORY_KIB, LANES, type=Type.ID)

    def hash(self, password: str) -> str:
        return self._argon2.hash(normal(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._argon2.verify(password_hash or NOBODY, normal(password))
        except VerifyMismatchError:
            return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        return self._argon2.check_needs_rehash(password_hash)
