"""Lists the transfers that the caller may see."""

from dataclasses import replace

from kernel.caller import SEE_ALL_TRANSFERS, Caller
from kernel.pages import Page
from services.transfer.domain.access import require_role
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery

EVERYBODY = "*"


def list_history(
    query: TransferQuery, caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Page[Transfer]:
    """In `query.owner`, '*' stands for everybody and None for the caller. Raises RoleMissing,
    FieldInvalid."""
    if query.owner not in (None, caller.name):
        require_role(caller, *SEE_ALL_TRANSFERS)
    if query.prefix and query.bucket is None:
        raise FieldInvalid("prefix", query.prefix, "Give its bucket, too.")
    if query.since and query.until and query.since >= query.until:
        raise FieldInvalid("until", query.until.isoformat(), "Give a time after `from`.")
    owner = None if query.owner == EVERYBODY else query.owner or caller.name
    return ports.transfers.history(replace(query, owner=owner), limit, cursor)
