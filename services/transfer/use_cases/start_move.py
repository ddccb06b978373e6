"""States MoveDirect and MoveChunks. Makes the plan, opens the ledger, sends the lanes out."""

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import PartMissing
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.plan_part import plan_part
from services.transfer.domain_services.queue_lanes import queue_lanes, report_moved


def start_move(run: RunId, task_token: str, *, direct: bool, ports: Ports) -> None:
    """May run again with another token, also while an earlier start still lives. What is done stays
    done, and lanes under way are left alone. It calls no partner: the first lane creates the part
    file. A ledger never goes on with a new, empty part file.

    Raises what choose_strategy raises, and PartMissing when the destination leads elsewhere by
    now."""

    def decide(current: Transfer) -> Change:
        return _planned(current.awaited(task_token), destination, direct=direct, ports=ports)

    transfer = ports.transfers.read(run.transfer_id)
    destination = ports.destinations.read(transfer.destination_id)
    transfer = change_run(run, decide, ports=ports, known=transfer)
    ports.ledger.open(transfer.ledger, transfer.known_plan)
    going = transfer.status in {Status.REQUESTED, Status.MOVING}
    if going and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _planned(current: Transfer, destination: Destination, *, direct: bool, ports: Ports) -> Change:
    if current.part is None:
        lanes = 1 if direct else ports.policy.lanes_per_transfer
        return Change(plan_part(current, destination, lanes, ports=ports))
    if not current.part_made:
        return Change(current)
    _require_same(current, destination)
    if current.begun_run == current.run:
        return Change(current)
    strategy = current.known_strategy
    return current.begin(current.generation, strategy.lanes, None, ports.now())


def _require_same(transfer: Transfer, destination: Destination) -> None:
    """The destination may have been changed since. Elsewhere there is no part file of ours."""
    part = transfer.known_part
    target = resolve_target(destination.base_path, transfer.target_path)
    path = part.path if part.direct else part_path(target, transfer.id, transfer.generation)
    if (part.path, part.place) != (path, destination.place):
        raise PartMissing(part.path)
