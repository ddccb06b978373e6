"""The other lanes of a file get their workers while the first one logs in, and log in while it
creates the part file."""

from services.transfer.domain.lane import Lane
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import is_long
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.queue_lanes import FIRST, is_driven, is_out

LOOKS_APART_SECONDS = 0.2  # far below a login over a long line
COMES_SECONDS = 1.0  # lanes that were sent together are not taken in their order
PATIENCE_SECONDS = 10.0  # a worker is not kept for longer


def is_wanted(lane: Lane, transfer: Transfer) -> bool:
    """The first lane of many files also creates their folder, and the others come then."""
    comes = transfer.part_made or not transfer.sends_many or lane.number == FIRST
    return comes and transfer.lanes_wanted and transfer.generation == lane.generation


def may_log_in(pulse: LanePulse, transfer: Transfer, *, ports: Ports) -> Transfer | None:
    """The transfer, when its first lane has a session. Before that the others do not log in: a
    wrong password that all of them send at once locks an account. None as for may_work_at_part."""
    if not _waits(pulse.lane, transfer):
        return transfer
    return _awaited(pulse, made=False, ports=ports)


def may_work_at_part(pulse: LanePulse, transfer: Transfer, *, ports: Ports) -> Transfer | None:
    """The transfer, once its part file exists or is this lane's to create. None when there is
    nothing to wait for: no lanes are wanted, or the first lane waits itself, or takes too long.
    Then this lane should end. The first one sends it again."""
    if _waits(pulse.lane, transfer):
        return _awaited(pulse, made=True, ports=ports)
    if not transfer.part_made and is_long(transfer):
        pulse.tell_login()
    return transfer


def _waits(lane: Lane, transfer: Transfer) -> bool:
    return not transfer.part_made and lane.number != FIRST


def _awaited(pulse: LanePulse, *, made: bool, ports: Ports) -> Transfer | None:
    began, lane = ports.now(), pulse.lane
    while True:
        transfer = ports.transfers.read(lane.transfer_id)
        if not is_wanted(lane, transfer):
            return None
        if transfer.part_made:
            return transfer
        lanes, now = ports.lanes.lanes(pulse.ledger), ports.now()
        first = next((each for each in lanes if each.number == FIRST), None)
        if first is None or first.parked or not is_out(first, now, ports.policy):
            return None
        driven = is_driven(first, now, ports.policy)
        if driven and first.session_since and not made:
            return transfer
        patience = PATIENCE_SECONDS if driven else COMES_SECONDS
        if (now - began).total_seconds() >= patience or not pulse.wants_session():
            return None
        ports.pause(LOOKS_APART_SECONDS)
