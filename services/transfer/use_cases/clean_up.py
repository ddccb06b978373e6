"""State CleanUp: leaves nothing at the partner that nobody needs."""

from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import Status, Transfer
from services.transfer.use_cases.change_transfer import change_transfer
from services.transfer.use_cases.partner_session import partner_session


def clean_up(transfer_id: str, *, ports: Ports) -> None:
    """Removes the part file, unless a retry may go on with it."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.part_path is None:
        return
    if _may_go_on(transfer, ports=ports):
        _keep(transfer_id, ports=ports)
    else:
        remove_part(transfer, ports=ports)


def remove_part(transfer: Transfer, *, ports: Ports) -> None:
    """Raises PartnerError or TargetError when it cannot be removed now: it stays on record."""
    if transfer.part_path is None:
        return
    with partner_session(transfer.destination_id, f"{transfer.id}/clean", ports=ports) as session:
        session.remove(transfer.part_path)

    def removed(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        if current.part_path != transfer.part_path or current.run != transfer.run:
            return current, []  # a retry has begun with it
        return replace(current, part_path=None, keep_part_until=None), []

    change_transfer(transfer.id, removed, ports=ports)


def _may_go_on(transfer: Transfer, *, ports: Ports) -> bool:
    if transfer.status is not Status.FAILING or transfer.failure is None:
        return False
    moved = ports.ledger.progress(LedgerId(transfer.id, transfer.generation)).chunks_done
    return transfer.failure.retryable and moved > 0


def _keep(transfer_id: str, *, ports: Ports) -> None:
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        until = ports.now() + timedelta(seconds=ports.policy.keep_part_seconds)
        return replace(current, keep_part_until=until), []

    change_transfer(transfer_id, decide, ports=ports)
