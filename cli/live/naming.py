"""Ids of transfers as they stand on a command line."""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from cli.errors import UsageFailed
from contracts.contract import Id

_ID: TypeAdapter[str] = TypeAdapter(Id)


def checked_ids(given: Iterable[str]) -> tuple[str, ...]:
    """Each once, in their order. Raises UsageFailed for what cannot be an id."""
    ids = tuple(dict.fromkeys(given))
    for each in ids:
        try:
            _ID.validate_python(each)
        except ValidationError:
            raise UsageFailed(
                f"{each!r} is no id of a transfer: `fileferry list` shows them."
            ) from None
    return ids
