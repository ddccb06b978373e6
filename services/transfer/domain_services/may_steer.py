"""Whether the caller may steer a transfer."""

from dataclasses import replace

from kernel.caller import Caller, Role
from services.transfer.domain.access import SENDERS, require_grants, require_role
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.transfer import Transfer


def require_may_steer(transfer: Transfer, caller: Caller) -> None:
    """Raises TransferNotFound when the caller may not even see it, else RoleMissing."""
    if not caller.may_see_transfers_of(transfer.owner):
        raise TransferNotFound(transfer.id)
    if transfer.owner != caller.name:
        require_role(caller, Role.OPERATOR)


def require_own_grants(transfer: Transfer, caller: Caller) -> None:
    """Bytes will move again, so the owner needs their grants as they are now. Operators may let
    others' transfers go on without grants of their own."""
    if transfer.owner == caller.name:
        require_role(caller, *SENDERS)
        source = transfer.source
        require_grants(caller, source.bucket, source.key, transfer.destination_id)


def with_grants_of_today(transfer: Transfer, caller: Caller) -> Transfer:
    """A manifest that is read anew may name what its owner may read now."""
    if transfer.selection is None or transfer.owner != caller.name:
        return transfer
    granted = tuple(caller.prefixes(transfer.source.bucket))
    return replace(transfer, selection=replace(transfer.selection, granted=granted))
