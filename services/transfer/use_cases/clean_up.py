"""State CleanUp: leaves nothing at the partner that nobody needs."""

from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import RunId, Status, Transfer
from services.transfer.use_cases.change_transfer import change_run, read_run
from services.transfer.use_cases.partner_session import partner_session


def clean_up(run: RunId, *, ports: Ports) -> None:
    """Removes the part file, unless a retry may go on with it."""
    transfer = read_run(run, ports=ports)
    if transfer.part_path is None:
        return
    if _may_go_on(transfer, ports=ports):
        _keep(run, ports=ports)
    else:
        remove_part(transfer, ports=ports)


def remove_part(transfer: Transfer, *, ports: Ports) -> None:
    """Raises PartnerError or TargetError when it cannot be removed now: it stays on record. The
    ledger is void before the bytes go, so that no retry goes on from it meanwhile."""
    if transfer.part_path is None:
        return

    def discard(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, part_discarded=True), []

    change_run(transfer.run_id, discard, ports=ports)
    with partner_session(transfer.destination_id, f"{transfer.id}/clean", ports=ports) as session:
        session.remove(transfer.part)

    def removed(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, part_path=None, keep_part_until=None), []

    change_run(transfer.run_id, removed, ports=ports)


def _may_go_on(transfer: Transfer, *, ports: Ports) -> bool:
    if transfer.status is not Status.FAILING or transfer.failure is None:
        return False
    moved = ports.ledger.progress(LedgerId(transfer.id, transfer.generation)).chunks_done
    return transfer.failure.retryable and moved > 0


def _keep(run: RunId, *, ports: Ports) -> None:
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        until = ports.now() + timedelta(seconds=ports.policy.keep_part_seconds)
        return replace(current, keep_part_until=until), []

    change_run(run, decide, ports=ports)
