"""Users for another region. Sessions, tries and keys stay."""

from collections.abc import Callable
from dataclasses import replace

from botocore.client import BaseClient

from runtime.dynamodb.carriage import Carriage, Kind, newer
from services.auth.adapters.dynamodb_user_store import user_row
from services.auth.domain.user import NAME, ApiKey, User

MakeKey = Callable[[str], ApiKey | None]


def user_carriage(client: BaseClient, table: str, make_key: MakeKey) -> Carriage:
    def arrives(user: User, stored: User | None) -> User | None:
        return user_arrives(user, stored, make_key)

    kind = Kind("user", User, "USER#", "USER", user_row, user_leaves, arrives)
    return Carriage(client, table, [kind])


def user_leaves(user: User) -> User:
    """Without the password and the API key, which is one of the region."""
    return replace(user, password_hash=None, api_key=None, kept_session=None)


def user_arrives(user: User, stored: User | None, make_key: MakeKey) -> User | None:
    """With the password that the user had here, if any, and a key of this region. Raises
    ValueError."""
    if not NAME.fullmatch(user.name):
        raise ValueError(f"{user.name!r} is no name of a user")
    arrived: User | None = newer(user, stored)
    if arrived is None:
        return None
    known = stored or User(user.name, "", (), user.created_at, user.updated_at)
    arrived = replace(user_leaves(arrived), password_hash=known.password_hash)
    if arrived.removed:
        return replace(arrived, password_hash=None, api_key=known.api_key)
    return replace(arrived, api_key=known.api_key or make_key(user.name))
