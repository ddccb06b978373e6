"""Pause, resume and cancel: what the owner or an operator may do with a transfer."""

from kernel.caller import Caller
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain_services.change_transfer import change_transfer
from services.transfer.domain_services.fail_transfer import wake_workflow
from services.transfer.domain_services.may_steer import require_may_steer, require_own_grants
from services.transfer.domain_services.queue_lanes import queue_lanes, report_moved
from services.transfer.domain_services.stay_home import require_home


def pause_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Lanes stop within about a second, each at a checkpoint. The workflow waits."""

    def decide(current: Transfer) -> Change:
        require_may_steer(current, caller)
        return current.pause(ports.now(), caller.name)

    return change_transfer(transfer_id, decide, ports=ports)


def resume_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Raises RegionStandsBy."""
    require_home(ports=ports)

    def decide(current: Transfer) -> Change:
        require_may_steer(current, caller)
        require_own_grants(current, caller)
        return current.resume(ports.now(), caller.name)

    transfer = change_transfer(transfer_id, decide, ports=ports)
    if transfer.lanes_wanted and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)
    return transfer


def cancel_transfer(transfer_id: str, caller: Caller, *, ports: Ports) -> Transfer:
    """Possible until the commit begins. Then the workflow cleans up and stores the outcome."""

    def decide(current: Transfer) -> Change:
        require_may_steer(current, caller)
        return current.cancel(ports.now(), caller.name)

    transfer = change_transfer(transfer_id, decide, ports=ports)
    wake_workflow(transfer, ports=ports)
    return transfer
