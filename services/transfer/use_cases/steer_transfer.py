"""Pause, resume, cancel and retry: what the owner or an operator may do with a transfer."""

from datetime import timedelta

from kernel.caller import Caller, Role
from services.transfer.domain.access import SENDERS, may_see_transfer, require_grants, require_role
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Change, Status, Transfer
from services.transfer.domain_services.change_transfer import change_transfer
from services.transfer.domain_services.fail_transfer import wake_workflow
from services.transfer.domain_services.queue_lanes import queue_lanes, report_moved

# After these reasons the bytes at the partner are another object's, wrong or gone: begin anew.
RESTART_AFTER = frozenset(
    {
        "source_changed",
        "checksum_mismatch",
        "size_mismatch",
        "part_missing",
        "part_damaged",
        "target_damaged",
        "delivery_unclear",
    }
)
# Rows of a ledger expire after 120 days. A run lasts 30 days at most, so one that begins while its
# part file is younger than this still finds all rows.
OLDEST_PART = timedelta(days=60)


def pause_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Lanes stop within about a second, each at a checkpoint. The workflow waits."""

    def decide(current: Transfer) -> Change:
        _require_may_steer(current, caller)
        return current.pause(ports.now())

    return change_transfer(transfer_id, decide, ports=ports)


def resume_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    def decide(current: Transfer) -> Change:
        _require_may_steer(current, caller)
        _require_grants(current, caller)
        return current.resume(ports.now())

    transfer = change_transfer(transfer_id, decide, ports=ports)
    if transfer.status is Status.MOVING and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)
    return transfer


def cancel_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Possible until the commit begins. Then the workflow cleans up and stores the outcome."""

    def decide(current: Transfer) -> Change:
        _require_may_steer(current, caller)
        return current.cancel(ports.now())

    transfer = change_transfer(transfer_id, decide, ports=ports)
    wake_workflow(transfer, ports=ports)
    return transfer


def retry_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Goes on from the ledger where its part file can still be used, else from the beginning."""

    def decide(current: Transfer) -> Change:
        _require_may_steer(current, caller)
        _require_grants(current, caller)
        return current.retry(ports.now(), go_on=_can_go_on(current, ports=ports))

    return change_transfer(transfer_id, decide, ports=ports)


def _require_may_steer(transfer: Transfer, caller: Caller) -> None:
    """Raises TransferNotFound when the caller may not even see it, else RoleMissing."""
    if not may_see_transfer(caller, transfer.owner):
        raise TransferNotFound(transfer.id)
    if transfer.owner != caller.name:
        require_role(caller, Role.OPERATOR)


def _require_grants(transfer: Transfer, caller: Caller) -> None:
    """Bytes will move again, so the owner needs their grants as they are now. Operators may let
    others' transfers go on without grants of their own."""
    if transfer.owner == caller.name:
        require_role(caller, *SENDERS)
        source = transfer.source
        require_grants(caller, source.bucket, source.key, transfer.destination_id)


def _can_go_on(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether a retry can use the ledger. It needs the very part file that the ledger is about."""
    part = transfer.part
    if part is None or not part.made or ports.now() - part.recorded_at > OLDEST_PART:
        return False
    if transfer.failure is not None and transfer.failure.code in RESTART_AFTER:
        return False
    destination = ports.destinations.read(transfer.destination_id)
    target = resolve_target(destination.base_path, transfer.target_path)
    here = (part_path(target, transfer.id, transfer.generation), destination.place)
    return (part.path, part.place) == here
