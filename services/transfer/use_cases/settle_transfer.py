"""The sweeper's work at partners. It removes leftovers and ends transfers without a workflow."""

from datetime import datetime, timedelta

from services.transfer.domain.errors import (
    NoSessionFree,
    PartAbandoned,
    RunSuperseded,
    TransferError,
)
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import ENDED
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.remove_left_behind import remove_left_behind
from services.transfer.domain_services.session_line import wait_for_sweeper
from services.transfer.use_cases.end_without_workflow import end_without_workflow, has_lost_workflow

ABANDON_AFTER = timedelta(days=14)  # of a part file that its partner does not let us remove
SOONEST = timedelta(minutes=1)


def settle_transfer(transfer_id: str, *, ports: Ports) -> None:
    """Idempotent, and harmless while workers and workflow are alive. A slow partner may make this
    take long."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.status in ENDED:
        _tidy(transfer, ports=ports)
    elif has_lost_workflow(transfer, ports=ports):
        try:
            end_without_workflow(transfer, ports=ports)
        except NoSessionFree:
            wait_for_sweeper(transfer, ports=ports)
            raise


def is_left_over(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether something at the partner is to be removed now. A leftover at a place where the
    destination does not lead any more cannot be removed. After ABANDON_AFTER it is given up, and
    PartAbandoned is raised."""
    if transfer.look_again_at is not None and transfer.look_again_at > ports.now():
        return False
    try:
        transfer = change_run(
            transfer.run_id, lambda current: current.discard_part(ports.now()), ports=ports
        )
        if transfer.status not in ENDED or _lies_here(transfer, ports.now(), ports=ports):
            return transfer.status in ENDED
        _abandon(transfer, ports=ports)
    except RunSuperseded:
        pass  # the transfer was retried meanwhile, and the new run sees to the file
    return False


def _lies_here(transfer: Transfer, now: datetime, *, ports: Ports) -> bool:
    place = ports.destinations.read(transfer.destination_id).place
    here = any(each.settled(now) and each.place == place for each in transfer.leftovers)
    return here or (transfer.aside is not None and transfer.aside.place == place)


def _tidy(transfer: Transfer, *, ports: Ports) -> None:
    """Removes what an ended transfer left at the partner. A partner that cannot be reached is tried
    again ever more rarely. Whether a file is still of use is decided on the row as it is at the
    moment of its change."""
    if not is_left_over(transfer, ports=ports):
        return
    try:
        with step_session(transfer, ports=ports) as visit:
            latest = change_run(transfer.run_id, lambda current: current, ports=ports)
            remove_left_behind(latest, visit, ports=ports)
        _abandon(transfer, ports=ports)
    except RunSuperseded:
        return
    except NoSessionFree:
        _abandon(transfer, ports=ports)
        wait_for_sweeper(transfer, ports=ports)  # and comes again with the next sweep
    except TransferError:
        _postpone(transfer, ports=ports)


def _postpone(transfer: Transfer, *, ports: Ports) -> None:
    """Raises PartAbandoned when it has been tried long enough."""
    now = ports.now()
    age = now - (transfer.finished_at or transfer.updated_at)
    _abandon(transfer, ports=ports)
    again = now + max(SOONEST, age / 4)
    change_run(transfer.run_id, lambda current: current.look_again(again), ports=ports)


def _abandon(transfer: Transfer, *, ports: Ports) -> None:
    """Gives up what is still left after ABANDON_AFTER, and raises PartAbandoned. Before that time
    it does nothing."""
    now = ports.now()
    age = now - (transfer.finished_at or transfer.updated_at)
    if age > ABANDON_AFTER:
        left = change_run(transfer.run_id, lambda current: current, ports=ports).left_behind
        if left:
            change_run(transfer.run_id, lambda current: current.abandon_leftovers(), ports=ports)
            raise PartAbandoned(transfer.id, ", ".join(left))
