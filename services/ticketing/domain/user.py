"""What ticketing knows of a user, from auth's events."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """`full_name` and `email` are None where nobody told them."""

    name: str
    full_name: str | None = None
    email: str | None = None
    removed: bool = False
    sequence: int = -1
