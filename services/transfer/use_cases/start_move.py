"""States MoveDirect and MoveChunks. Makes the plan and sends the lanes out."""

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import PartMissing
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.plan_folder import reopen_failed
from services.transfer.domain_services.plan_part import leads_there, plan_part
from services.transfer.domain_services.queue_lanes import queue_lanes, report_moved, tell_moved


def start_move(transfer: Transfer, task_token: str, *, direct: bool, ports: Ports) -> None:
    """May run again with another token, also while an earlier start still lives. What is done stays
    done, and lanes under way are left alone. It calls no partner: the first lane creates the part
    file. A ledger never goes on with a new, empty part file.

    Raises what choose_strategy raises, and PartMissing when the destination leads elsewhere by
    now."""

    def decide(current: Transfer) -> Change:
        return _planned(current.awaited(task_token), destination, direct=direct, ports=ports)

    destination = ports.destinations.read(transfer.destination_id)
    transfer = change_run(transfer.run_id, decide, ports=ports, known=transfer)
    if transfer.reopening:
        transfer = reopen_failed(transfer, ports=ports)
    if transfer.delivered:
        tell_moved(transfer, ports=ports)
    elif not report_moved(transfer, ports=ports) and transfer.lanes_wanted:
        queue_lanes(transfer, ports=ports)


def _planned(current: Transfer, destination: Destination, *, direct: bool, ports: Ports) -> Change:
    if current.status is Status.COMMITTING:
        return Change(current)  # by a lane of an earlier start
    if current.part is None:
        lanes = 1 if direct else ports.policy.lanes_per_transfer
        return Change(plan_part(current, destination, lanes, ports=ports))
    if not current.part_made:
        return Change(current)
    if not leads_there(current, destination):
        raise PartMissing(current.known_part.path)
    if current.begun_run == current.run:
        return Change(current)
    strategy = current.known_strategy
    return current.begin(current.generation, strategy.lanes, None, ports.now())
