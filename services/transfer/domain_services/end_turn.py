"""How a lane's turn ends while there is work left: without a session, or because others need it."""

from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    NoSessionFree,
    RunSuperseded,
    TooManySessions,
    TransferError,
)
from services.transfer.domain.lane_target import LaneTarget
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import lane_ticket
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.end_share import end_share
from services.transfer.domain_services.fail_transfer import note_lane_trouble
from services.transfer.domain_services.lane_limits import (
    is_long,
    is_short,
    lane_limit,
    session_limit,
)
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.partner_session import no_session
from services.transfer.domain_services.queue_lanes import (
    is_driven,
    is_out,
    queue_lanes,
    report_moved,
    work_is_free,
)
from services.transfer.domain_services.refused_session import let_in_of_late
from services.transfer.domain_services.session_line import leave_line, park_lane, pass_on
from services.transfer.domain_services.show_progress import show_stopped


def end_lane(pulse: LanePulse, *, alone: bool = False, ports: Ports) -> None:
    """Ends the lane, and reports when everything is moved. If the transfer was resumed at this
    very moment, there is work again, and the lanes are sent out again. `alone`: only if no other
    lane of it is left."""
    pulse.free_slot()
    ports.lanes.end(pulse.lane)
    transfer = ports.transfers.read(pulse.lane.transfer_id)
    of_today = transfer.generation == pulse.lane.generation
    committing = transfer.status is Status.COMMITTING
    if of_today and transfer.status is Status.PAUSED:
        show_stopped(transfer, ports=ports)
    if not of_today:
        return
    if not (committing or transfer.lanes_wanted):
        end_share(transfer, ports=ports)
        return
    moved = report_moved(transfer, ports=ports)
    if moved or committing or not work_is_free(transfer, ports=ports):
        return
    lanes, now = ports.lanes.lanes(transfer.ledger), ports.now()
    if not alone or not any(is_out(each, now, ports.policy) for each in lanes):
        queue_lanes(transfer, ports=ports)


def end_unwanted(pulse: LanePulse, destination_id: str, *, ports: Ports) -> None:
    """It needs no session any more. If it stood in the line, others are called instead."""
    if leave_line(destination_id, lane_ticket(pulse.lane), ports=ports):
        pass_on(destination_id, ports=ports)
    end_lane(pulse, ports=ports)


def give_way(pulse: LanePulse, *, ports: Ports) -> None:
    """Others should have the lane's session. While another lane of its transfer has one, this lane
    ends, and is sent out again when there is room. The last one stands in line."""
    pulse.free_slot()
    lane = pulse.lane
    transfer = _wanted_by(pulse, ports=ports)
    if transfer is None:
        return
    now = ports.now()
    at_work = any(
        each.number != lane.number and each.session_since and is_driven(each, now, ports.policy)
        for each in ports.lanes.lanes(transfer.ledger)
    )
    if at_work:
        end_lane(pulse, alone=True, ports=ports)
    else:
        park(pulse, transfer, ports.destinations.read(transfer.destination_id), ports=ports)


def wait_refused(pulse: LanePulse, error: TooManySessions, *, ports: Ports) -> None:
    """The partner takes no more sessions while others of ours are open. The lane stands in line
    until one of them is free. That is no failure of its own, so it never is one too many."""
    pulse.free_slot()
    pulse.lane = replace(pulse.lane, failures=0)
    transfer = _wanted_by(pulse, ports=ports)
    if transfer is not None:
        destination = ports.destinations.read(transfer.destination_id)
        park(pulse, transfer, destination, error, ports=ports)


def _wanted_by(pulse: LanePulse, *, ports: Ports) -> Transfer | None:
    """Its transfer. None when that does not move any more, and then the lane is ended."""
    transfer = ports.transfers.read(pulse.lane.transfer_id)
    if transfer.generation == pulse.lane.generation and transfer.lanes_wanted:
        return transfer
    end_lane(pulse, ports=ports)
    return None


def park(
    pulse: LanePulse,
    transfer: Transfer,
    destination: Destination,
    refused: TooManySessions | None = None,
    *,
    ports: Ports,
) -> None:
    """A transfer waits while none of its lanes has a session. Several lanes may come at once, so
    each looks for others when it is parked itself: the last one finds none. The first lane is alone
    and notes it before, because another worker may begin at once."""
    lane, limit = pulse.lane, lane_limit(destination, ports.policy, short=is_short(transfer))
    target = ports.targets.read(destination.id) if is_long(transfer) else None
    none_free = refused or no_lane_session(destination, limit, target, ports=ports)
    waits = Tries(lane=lane.number, waits=True)
    if not transfer.part_made:
        note(transfer, transfer.generation, none_free, waits, ports=ports)
    whole = session_limit(transfer, destination, ports.policy)
    park_lane(lane, transfer, whole, ports=ports)
    if transfer.part_made:
        lanes, now = ports.lanes.lanes(transfer.ledger), ports.now()
        if not any(is_driven(each, now, ports.policy) for each in lanes):
            note(transfer, transfer.generation, none_free, waits, ports=ports)


def no_lane_session(
    destination: Destination, limit: int, target: LaneTarget | None, *, ports: Ports
) -> NoSessionFree:
    let_in = let_in_of_late(destination, ports=ports)
    if let_in is not None and let_in <= limit:
        return no_session(destination, ports=ports)
    of_help = limit if target is None else min(limit, target.lanes)
    by_server = destination.sessions < destination.max_sessions
    why = "server" if by_server else "sessions"
    if limit == ports.policy.lanes_per_destination:
        why = "workers"
    return NoSessionFree(
        destination.name,
        destination.id,
        destination.sessions,
        of_help,
        "target" if of_help < limit else why,
    )


def note(
    transfer: Transfer, generation: int, error: TransferError, tries: Tries, *, ports: Ports
) -> None:
    with suppress(RunSuperseded):
        note_lane_trouble(transfer.run_id, generation, error, tries, ports=ports)
