"""Lists the transfers that the caller may see."""

from kernel.caller import Caller
from kernel.pages import Page
from services.transfer.domain.access import SEE_TRANSFERS, require_role
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer

EVERYBODY = "*"


def list_history(
    owner: str | None, caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Page[Transfer]:
    """The transfers of `owner`. '*' stands for everybody, and None for the caller. Raises
    RoleMissing, FieldInvalid."""
    if owner not in (None, caller.name):
        require_role(caller, *SEE_TRANSFERS)
    of = None if owner == EVERYBODY else owner or caller.name
    return ports.transfers.history(of, limit, cursor)
