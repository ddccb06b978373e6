"""State CleanUp: decides what becomes of our files at the partner, and removes the useless ones."""

from datetime import timedelta

from services.transfer.domain.errors import DeliveryUnclear, PartMissing
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.status import ENDING, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import moved
from services.transfer.domain_services.give_name import finish_commit
from services.transfer.domain_services.look_at_target import renamed_before
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.remove_left_behind import remove_left_behind
from services.transfer.domain_services.remove_parts import may_have_parts


def clean_up(transfer: Transfer, *, ports: Ports) -> None:
    """Removes the part file, unless a retry may go on with it. A transfer that is about to fail or
    to be cancelled, but whose file got its name, is completed after all. Raises PartnerError or
    TargetError when something cannot be removed now. Then it stays on record."""
    run = transfer.run_id
    if _was_renamed_perhaps(transfer):
        change_run(run, lambda current: _keep(current, ports), ports=ports)  # kept until we know
        with step_session(transfer, ports=ports) as visit:
            _find_delivered(transfer, visit.session, ports=ports)
    transfer = change_run(run, lambda current: _keep_or_discard(current, ports), ports=ports)
    if transfer.left_behind:
        with step_session(transfer, ports=ports) as visit:
            remove_left_behind(transfer, visit, ports=ports)


def _was_renamed_perhaps(transfer: Transfer) -> bool:
    """Whether the rename may have worked although nobody saw it, perhaps in an earlier run. In
    COMMITTING an earlier CleanUp saw it, but came no further."""
    unsure = transfer.status in {*ENDING, Status.COMMITTING}
    renamed = transfer.part is not None and not transfer.part.direct
    return unsure and renamed and transfer.final_path is not None


def _find_delivered(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    try:
        if not renamed_before(transfer, session, ports=ports):
            return
    except (PartMissing, DeliveryUnclear):
        return
    delivered = change_run(
        transfer.run_id, lambda current: current.found_delivered(ports.now()), ports=ports
    )
    finish_commit(delivered, session, moved(delivered, ports=ports), ports=ports)


def _keep_or_discard(current: Transfer, ports: Ports) -> Transfer:
    part = current.part
    if part is not None and part.folder and not may_have_parts(current, part, ports=ports):
        return current.leave_folder()
    kept = _keep(current, ports)
    return current.discard_part(ports.now()) if kept is current else kept


def _keep(current: Transfer, ports: Ports) -> Transfer:
    """Keeps the part file of a transfer that fails for a passing reason and has chunks done,
    because a retry goes on from it."""
    if current.sends_many:
        return current  # it can be retried without them
    goes_on = current.part_made and current.known_strategy.reopens
    failing = current.status is Status.FAILING and goes_on
    may_pass = failing and current.failure is not None and current.failure.retryable
    if not may_pass or ports.ledger.progress(current.ledger).chunks_done == 0:
        return current
    until = ports.now() + timedelta(seconds=ports.policy.keep_part_seconds)
    return current.keep_part(until)
