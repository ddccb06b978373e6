"""Keyrings as they are met: one that works, one that hangs, one that forgets, one that refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError


class Working(KeyringBackend):
    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


class Hanging(Working):
    """Asks for a password that nobody sees."""

    released = Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.released.wait(60)


class Forgetful(Working):
    def set_password(self, service: str, username: str, password: str) -> None:
        """As the null backend, and those that keep the first 1,000 characters."""
        super().set_password(service, username, password[:1_000])


class Refusing(Working):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringError(f"cannot keep {password}")


class Plaintext(Working):
    """As those of keyrings.alt: no safer than a file of ours."""

    priority = 0.5


@contextmanager
def in_use(backend: KeyringBackend) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        Hanging.released.set()
        keyring.set_keyring(before)
