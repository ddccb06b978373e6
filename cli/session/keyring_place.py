"""The platform's keyring, if it works. It is outside of our control: each call is bounded."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from cli.bounded import bounded

SERVICE = "fileferry"
PROBE = "fileferry-probe"
SECONDS = 20.0  # time for a person to unlock it
PROBE_CHARACTERS = 1_200  # more than a session has, and what Windows takes
LEAST_PRIORITY = 1.0  # below that are backends that keep the text as it is

Result = TypeVar("Result")


class KeyringFailed(Exception):
    """The keyring is not there, is locked, refuses or does not answer."""


def probe() -> None:
    """Writes, reads and deletes, so that nobody finds out after a login. Raises KeyringFailed."""
    text = secrets.token_hex(PROBE_CHARACTERS // 2)
    name = f"{PROBE}-{secrets.token_hex(4)}"  # two logins at once do not see each other's

    def attempt(keyring: Any) -> bool:  # noqa: ANN401 - an optional package
        if keyring.get_keyring().priority < LEAST_PRIORITY:
            return False
        keyring.set_password(SERVICE, name, text)
        found = keyring.get_password(SERVICE, name)
        keyring.delete_password(SERVICE, name)
        return bool(found == text)

    if not _bounded(attempt):
        raise KeyringFailed("it does not keep what it is given")


def write(name: str, text: str) -> None:
    """Raises KeyringFailed."""
    _bounded(lambda keyring: keyring.set_password(SERVICE, name, text))


def read(name: str) -> str | None:
    """Raises KeyringFailed."""
    found: str | None = _bounded(lambda keyring: keyring.get_password(SERVICE, name))
    return found


def delete(name: str) -> None:
    """Raises KeyringFailed, also where there is nothing to delete."""
    _bounded(lambda keyring: keyring.delete_password(SERVICE, name))


def _bounded(action: Callable[[Any], Result]) -> Result:
    def act() -> Result:
        import keyring

        return action(keyring)

    try:
        return bounded(SECONDS, act)
    except TimeoutError as late:
        raise KeyringFailed(f"no answer in {SECONDS:.0f} s") from late
    except Exception as error:  # backends raise what their platform raises
        # Only the kind: a text of a backend could quote what it was given.
        raise KeyringFailed(type(error).__name__) from None
