"""Measures what is open now: transfers by what they do, and sessions by who has them.

It is no part of the sweep, because it has to tell when the sweep does not get done. It reads the
open transfers once, by their index, and after that only destinations with open transfers, and the
lanes of transfers that have not changed for long. In a region that stands by nothing should go on:
what is open there is under way in the other one, so there every figure is 0.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from services.transfer.domain.errors import DestinationNotFound
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import work_of
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.queue_lanes import is_out
from services.transfer.domain_services.stay_home import should_work

MEASURE_SECONDS = 45.0  # the next measure comes after a minute
STILL_AFTER = timedelta(minutes=15)  # steps and beats come more often than that
TIMES_AS_LONG = 3
ROWS = 200  # of a destination's sessions, which come first, and of its line
OF_TRANSFERS = (
    "TransfersWaiting",
    "TransfersRunning",
    "TransfersPaused",
    "TransfersOverdue",
    "StandingStill",
)


class NotMeasured(Exception):
    """A part of what is open would be taken for all of it, so nothing is told."""


def measure_open(*, ports: Ports) -> None:
    """Raises NotMeasured when there is not the time to see everything."""
    end = ports.now() + timedelta(seconds=MEASURE_SECONDS)
    works = should_work(ports=ports)
    found, destinations = _transfers(end, ports=ports) if works else (Counter[str](), set[str]())
    lanes = slots = 0
    for destination_id in sorted(destinations):
        _require_time(end, "sessions", ports)
        used, allowed = _sessions(destination_id, ports=ports)
        lanes, slots = lanes + used, slots + allowed
    for name in OF_TRANSFERS:
        ports.meter.add(name, found[name])
    ports.meter.add("OpenLanes", lanes)
    ports.meter.add("SessionSlots", slots)


def _transfers(end: datetime, *, ports: Ports) -> tuple[Counter[str], set[str]]:
    """What is found of each gauge, and the destinations."""
    found, destinations = Counter[str](), set[str]()
    for transfer in ports.transfers.open_transfers():
        _require_time(end, "open transfers", ports)
        if transfer.status not in ENDED:  # else it is over, but for its leftovers
            found.update(_signals_of(transfer, ports=ports))
            destinations.add(transfer.destination_id)
    return found, destinations


def _require_time(end: datetime, what: str, ports: Ports) -> None:
    if ports.now() >= end:
        raise NotMeasured(
            f"There are more {what} than are read in {MEASURE_SECONDS:g} s, so nothing is told."
        )


def _signals_of(transfer: Transfer, *, ports: Ports) -> Iterator[str]:
    now, paused = ports.now(), transfer.status is Status.PAUSED
    in_line = transfer.failure is not None and transfer.failure.waits
    if _is_overdue(transfer, now):
        yield "TransfersOverdue"
    if paused:
        yield "TransfersPaused"
    elif in_line or transfer.status is Status.REQUESTED:
        yield "TransfersWaiting"
    else:
        yield "TransfersRunning"
    still = not (paused or in_line) and now - transfer.updated_at >= STILL_AFTER
    if still and not _has_lanes(transfer, ports=ports):
        yield "StandingStill"


def _is_overdue(transfer: Transfer, now: datetime) -> bool:
    if transfer.started_at is None or transfer.expected_seconds is None:
        return False
    taken = (now - transfer.started_at).total_seconds()
    return taken >= TIMES_AS_LONG * transfer.expected_seconds


def _has_lanes(transfer: Transfer, *, ports: Ports) -> bool:
    """At work, or on their way. Its own row changes only with its state."""
    now, lanes = ports.now(), ports.lanes.lanes(transfer.ledger)
    return any(is_out(lane, now, ports.policy) for lane in lanes)


def _sessions(destination_id: str, *, ports: Ports) -> tuple[int, int]:
    """How many lanes have one, and how many it allows: its own limit, or what it let in of late."""
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    seen = ports.slots.look(destination_id, now, until, ROWS)
    try:
        allowed = ports.destinations.read(destination_id).sessions
    except DestinationNotFound:  # removed meanwhile
        allowed = 0
    works = [work_of(slot.holder) for slot in seen.held]
    lanes = sum(1 for work in works if work is not None and work.lane is not None)
    return lanes, allowed if seen.most is None else min(allowed, max(1, seen.most))
