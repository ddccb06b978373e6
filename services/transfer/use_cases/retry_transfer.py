"""Starts a failed transfer again."""

from datetime import timedelta

from kernel.caller import Caller
from services.transfer.domain.errors import LedgerElsewhere, RetryTooLate
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain_services.change_transfer import change_transfer
from services.transfer.domain_services.may_steer import (
    require_may_steer,
    require_own_grants,
    with_grants_of_today,
)
from services.transfer.domain_services.stay_home import require_home

# After these reasons the bytes at the partner are another object's, wrong or gone: begin anew.
RESTART_AFTER = frozenset(
    {
        "source_changed",
        "checksum_mismatch",
        "size_mismatch",
        "part_missing",
        "part_damaged",
        "target_damaged",
        "partner_checksum_differs",
        "delivery_unclear",
    }
)


# So old may be what a retry goes on from: see KEPT, which says how long its rows live.
OLDEST_PART = timedelta(days=60)


def retry_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Goes on from the ledger where its part file can still be used, else from the beginning.
    Raises WrongState, RegionStandsBy, and RetryTooLate for many files whose ledger is too old."""
    require_home(ports=ports)

    def decide(current: Transfer) -> Change:
        require_may_steer(current, caller)
        require_own_grants(current, caller)
        current = with_grants_of_today(current, caller)
        go_on = _can_go_on(current, ports=ports)
        if not go_on and current.sends_many:
            _require_harmless(current)
        return current.retry(ports.now(), caller.name, go_on=go_on)

    return change_transfer(transfer_id, decide, ports=ports)


def _can_go_on(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether a retry can use the ledger. It needs the very part file that the ledger is about."""
    part = transfer.part
    if transfer.was_carried and transfer.source_object is None:
        return False
    if transfer.sends_many:  # what is delivered is not sent again, whatever became of the rest
        return ports.now() - transfer.listed_at <= OLDEST_PART
    if part is None or not part.made or ports.now() - part.recorded_at > OLDEST_PART:
        return False
    if transfer.failure is not None and transfer.failure.code in RESTART_AFTER:
        return False
    if not transfer.known_strategy.reopens:
        return False
    destination = ports.destinations.read(transfer.destination_id)
    target = resolve_target(destination.base_path, transfer.target_path)
    here = (part_path(target, transfer.id, transfer.generation), destination.place)
    return (part.path, part.place) == here


def _require_harmless(transfer: Transfer) -> None:
    """A new inventory has a new ledger, which does not know what is at the partner already. To send
    that again does no harm where files are replaced. Raises RetryTooLate,
    LedgerElsewhere."""
    if transfer.started_at is not None and transfer.if_exists is not IfExists.REPLACE:
        if transfer.was_carried:
            raise LedgerElsewhere(transfer.id)
        raise RetryTooLate(transfer.id, OLDEST_PART.days, f"{transfer.listed_at:%Y-%m-%d}")
