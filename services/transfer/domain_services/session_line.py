"""The line for a destination's sessions. Whoever frees a session calls the next one in the line.

So nobody has to ask again and again. A call that gets lost costs time only. The sweeper calls again
for every destination with open transfers. Besides, a parked lane gets its turn and a waiting step
goes on when they were not called for long.
"""

from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.ledger import Lane, LaneMessage, LedgerId
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import ENDING, RunId, Transfer
from services.transfer.domain.waiting import Line, Waiter
from services.transfer.domain_services.change_transfer import read_run
from services.transfer.domain_services.queue_lanes import parked_until, send_turn


def lane_ticket(lane: Lane) -> str:
    return f"{lane.transfer_id}/{lane.generation}/lane-{lane.number}"


def step_ticket(transfer_id: str) -> str:
    """One ticket for all steps of a transfer, because only one of them waits at a time."""
    return f"{transfer_id}/step"


def park_lane(lane: Lane, destination_id: str, limit: int, *, ports: Ports) -> None:
    """Lets the lane's next turn wait in the line, without a message. The lane is recorded as parked
    before it stands in the line, because only a parked lane can be called."""
    now = ports.now()
    until = parked_until(now, ports.policy)
    parked = replace(lane, turn=lane.turn + 1, worker=None, until=until, parked=True)
    if ports.lanes.queue(parked):
        message = LaneMessage(lane.transfer_id, lane.generation, lane.number, parked.turn)
        ports.slots.wait(Waiter(destination_id, lane_ticket(lane), now, limit, lane=message))
        call_next(destination_id, ports=ports)  # a session may have become free meanwhile


def park_step(run: RunId, task_token: str, *, ending: bool, ports: Ports) -> None:
    """Lets a step wait in the line. Its token is answered when a session is free. `ending` marks a
    step that is needed also when the transfer is failing or being cancelled. Any other step does
    not wait in these states. It leaves the line and raises TransferCancelled or WrongState."""
    transfer = read_run(run, ports=ports)
    destination = ports.destinations.read(transfer.destination_id)
    ticket, limit = step_ticket(transfer.id), destination.max_sessions
    ports.slots.wait(Waiter(destination.id, ticket, ports.now(), limit, task_token=task_token))
    latest = read_run(run, ports=ports)
    if latest.status in ENDING and not ending:
        leave_line(destination.id, ticket, ports=ports)
        latest.active()
    call_next(destination.id, ports=ports)


def release_step(transfer: Transfer, *, ports: Ports) -> None:
    """Ends the wait of the transfer's step at once, whether a session is free or not."""
    for waiter in leave_line(transfer.destination_id, step_ticket(transfer.id), ports=ports):
        _call(waiter, ports=ports)


def leave_line(destination_id: str, ticket: str, *, ports: Ports) -> list[Waiter]:
    line = _line(destination_id, ports=ports)
    left = [each for each in line.waiters if each.ticket == ticket]
    for waiter in left:
        ports.slots.leave(waiter)
    return left


def call_next(destination_id: str, *, ports: Ports) -> None:
    """Calls every waiter for whom a session is free. When several callers do so at once, each
    waiter is called once."""
    while _call_some(destination_id, ports=ports):
        pass  # somebody left the line, so a session is free for one more


def _call_some(destination_id: str, *, ports: Ports) -> bool:
    """Whether somebody left the line, so that another one may be next."""
    line = _line(destination_id, ports=ports)
    for waiter in line.missed:  # no session is kept for it any more
        if not _call(waiter, ports=ports) or waiter.task_token is not None:
            ports.slots.leave(waiter)  # a step that did not come at once never comes
    somebody_left = False
    until = ports.now() + timedelta(seconds=ports.policy.lease_seconds)
    for waiter in line.next():
        if not ports.slots.call(waiter, until):
            continue  # somebody else calls it, or it has left
        if not _call(waiter, ports=ports):
            ports.slots.leave(replace(waiter, called_until=until))
            somebody_left = True
    return somebody_left


def _line(destination_id: str, *, ports: Ports) -> Line:
    now = ports.now()
    return ports.slots.line(
        destination_id, now, now + timedelta(seconds=ports.policy.lease_seconds)
    )


def _call(waiter: Waiter, *, ports: Ports) -> bool:
    """False when the waiter does not wait any more. That is known for lanes only: an answer to a
    step's token always counts as a call. A lane that was called before still counts as waiting
    until a worker takes its message."""
    if waiter.task_token is not None:
        ports.workflow.succeed(waiter.task_token)
        return True
    if (message := waiter.lane) is None:
        return False
    for lane in ports.lanes.lanes(LedgerId(message.transfer_id, message.generation)):
        if lane.number == message.lane:
            if lane.parked and lane.turn == message.turn:
                send_turn(lane, 0, ports=ports)
                return True
            return lane.turn > message.turn and lane.worker is None and not lane.ended
    return False
