"""The line for a destination's sessions. Whoever frees a session calls the next one in the line.

So nobody has to ask again and again. A call that gets lost costs time only. The sweeper calls again
for every destination with open transfers. Besides, a parked lane gets its turn and a waiting step
goes on when they were not called for long.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import lane_ticket, step_ticket
from services.transfer.domain.status import ENDING
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain.waiting import Limit, Line, Waiter
from services.transfer.domain_services.change_transfer import read_run
from services.transfer.domain_services.lane_limits import is_short, lane_limit
from services.transfer.domain_services.queue_lanes import parked_until, send_turn


def park_lane(lane: Lane, transfer: Transfer, limit: Limit, *, ports: Ports) -> None:
    """Lets the lane's next turn wait in the line, without a message. The lane is recorded as parked
    before it stands in the line, because only a parked lane can be called."""
    now = ports.now()
    until = parked_until(now, ports.policy)
    parked = replace(lane, turn=lane.turn + 1, worker=None, until=until, parked=True)
    if ports.lanes.queue(parked):
        of, ticket = transfer.destination_id, lane_ticket(lane)
        place = Waiter(of, ticket, now, 0, lane=parked.message, owner=transfer.owner)
        ports.slots.wait(replace(place.within(limit), short=is_short(transfer)))
        call_next(of, ports=ports)  # a session may have become free meanwhile


def park_step(run: RunId, task_token: str, *, ending: bool, ports: Ports) -> None:
    """Lets a step wait in the line. Its token is answered when a session is free. `ending` marks a
    step that is needed also when the transfer is failing or being cancelled. Any other step does
    not wait in these states. It leaves the line and raises TransferCancelled or WrongState."""
    transfer = read_run(run, ports=ports)
    destination = ports.destinations.read(transfer.destination_id)
    ticket, limit = step_ticket(transfer.id), destination.sessions
    waiter = Waiter(
        destination.id,
        ticket,
        ports.now(),
        limit,
        task_token=task_token,
        ending=ending,
        owner=transfer.owner,
    )
    ports.slots.wait(waiter)
    latest = read_run(run, ports=ports)
    if latest.status in ENDING and not ending:
        leave_line(destination.id, ticket, ports=ports)
        latest.active()
    call_next(destination.id, ports=ports)


def wait_for_sweeper(transfer: Transfer, *, ports: Ports) -> None:
    """A place for what the sweeper has to do at the partner. Nothing calls it: it comes back before
    a lease is over, and the session is kept for it as long."""
    destination = ports.destinations.read(transfer.destination_id)
    ticket, limit = step_ticket(transfer.id), destination.sessions
    ports.slots.wait(Waiter(destination.id, ticket, ports.now(), limit, owner=transfer.owner))
    call_next(destination.id, ports=ports)


def release_step(transfer: Transfer, *, ports: Ports) -> None:
    """It does not wait any longer, whether a session is free or not. One that the transfer's end
    needs keeps its place."""
    for waiter in _line(transfer.destination_id, ports=ports).waiters:
        if waiter.ticket == step_ticket(transfer.id) and not waiter.ending:
            ports.slots.leave(waiter)
            _call(waiter, ports=ports)


def leave_line(destination_id: str, ticket: str, *, ports: Ports) -> bool:
    """Whether it stood there."""
    line = _line(destination_id, ports=ports)
    left = [each for each in line.waiters if each.ticket == ticket]
    for waiter in left:
        ports.slots.leave(waiter)
    return bool(left)


def pass_on(destination_id: str, *, ports: Ports) -> None:
    """As call_next, for somebody who has freed a session. An error is logged and does not fail the
    caller, because its own work is done. The sweeper calls again."""
    try:
        call_next(destination_id, ports=ports)
    except Exception as error:
        ports.log_error("next in line not called", error)


def call_next(destination_id: str, *, ports: Ports) -> None:
    """Calls every waiter for whom a session is free. When several callers do so at once, each
    waiter is called once."""
    while _call_some(destination_id, ports=ports):
        pass  # somebody left the line, so a session is free for one more


def _call_some(destination_id: str, *, ports: Ports) -> bool:
    """Whether somebody left the line, so that another one may be next."""
    line = _line(destination_id, ports=ports)
    if not line.waiters:
        return False
    for waiter in line.missed:  # nobody is kept waiting for it now
        if not _call(waiter, ports=ports) or waiter.task_token is not None:
            ports.slots.leave(waiter)  # a step that did not come at once never comes
    somebody_left = False
    until = ports.now() + timedelta(seconds=ports.policy.lease_seconds)
    for waiter in line.next(_limit_now(destination_id, ports=ports)):
        if not ports.slots.call(waiter, until):
            continue  # somebody else calls it, or it has left
        if not _call(waiter, ports=ports):
            ports.slots.leave(replace(waiter, called_until=until))
            somebody_left = True
    return somebody_left


def _limit_now(destination_id: str, *, ports: Ports) -> Callable[[Waiter], int]:
    destination = ports.destinations.read(destination_id)

    def limit(waiter: Waiter) -> int:
        if waiter.lane is None:
            return destination.sessions
        return lane_limit(destination, ports.policy, short=waiter.short)

    return limit


def _line(destination_id: str, *, ports: Ports) -> Line:
    now = ports.now()
    return ports.slots.line(
        destination_id, now, now + timedelta(seconds=ports.policy.lease_seconds)
    )


def _call(waiter: Waiter, *, ports: Ports) -> bool:
    """False when it does not wait any more, as far as anybody can tell. A lane that was called
    before is still on its way until it has its session, and so has left the line."""
    if waiter.task_token is not None:
        ports.workflow.succeed(waiter.task_token)
        return True
    if (message := waiter.lane) is None:
        return True  # the sweeper comes by itself
    for lane in ports.lanes.lanes(LedgerId(message.transfer_id, message.generation)):
        if lane.number == message.lane:
            # A greater turn: it was parked again, and died before it stood here anew.
            if lane.parked and lane.turn >= message.turn:
                send_turn(lane, 0, ports=ports)
                return True
            return lane.turn > message.turn and not lane.ended
    return False
