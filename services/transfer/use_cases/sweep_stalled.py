"""Looks after all open transfers. It revives what stands still and ends what cannot go on.

A walk over the open transfers is quick. It goes on where the last walk stopped. Work at partners
comes after the walk. Each sweep does only a little of it, so that a partner that hangs stops
nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

from services.transfer.domain.errors import PeerUnreachable
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.fail_transfer import wake_workflow
from services.transfer.domain_services.one_at_a_time import alone
from services.transfer.domain_services.queue_lanes import report_moved
from services.transfer.domain_services.revive_lanes import revive_lanes
from services.transfer.domain_services.session_line import call_next
from services.transfer.domain_services.stay_home import keep_home, may_work
from services.transfer.use_cases.end_overtaken import end_overtaken
from services.transfer.use_cases.publish_pending import NotPublished, publish_pending
from services.transfer.use_cases.settle_transfer import is_left_over, settle_transfer

QUIET_SECONDS = 30.0  # whoever changed a state just now may still be at work on it
WALK_SECONDS = 100.0  # some thousand transfers; the next walk goes on behind the last of them
PARTNER_WORK = 20  # transfers settled in one sweep at the most

Report = Callable[[str, Exception], None]


def sweep_stalled(report: Report, goes_on: Callable[[], bool], *, ports: Ports) -> int:
    """Returns the number of transfers looked at, which is 0 while another sweep walks. A transfer
    that cannot be swept is reported, and the others are swept all the same. Work at partners goes
    on while `goes_on` says yes. A region that stands by looks after nothing."""
    if not _is_at_home(report, ports=ports):
        return 0
    due: list[str] = []
    seen = _walk(due, report, ports=ports)
    _settle(due, report, goes_on, ports=ports)
    return seen


def _is_at_home(report: Report, *, ports: Ports) -> bool:
    """Also looks at the other region's record, which has to be done again and again."""
    if ports.home is None:
        return True
    try:
        mine = keep_home(ports.home, ports.now)
    except PeerUnreachable as error:
        ports.log_error("other region not seen", error)
        mine = ports.home.mine()
    if mine.overtaken:
        end_overtaken(ports.home, report, ports=ports)
    return may_work(ports=ports)


def _walk(due: list[str], report: Report, *, ports: Ports) -> int:
    """Adds to `due` those with work to do at their partner."""
    seen, called = 0, set[str]()
    end = ports.now() + timedelta(seconds=WALK_SECONDS)
    with alone("walk", ports=ports) as is_mine:
        for transfer in _round(ports=ports) if is_mine() else ():
            if ports.now() >= end or not is_mine():
                break
            ports.transfers.save_sweep_position(transfer.id)  # first, for the walk may die of it
            seen += 1
            try:
                if look_after(transfer.id, ports=ports):
                    due.append(transfer.id)
                if transfer.status not in ENDED and transfer.destination_id not in called:
                    called.add(transfer.destination_id)
                    call_next(transfer.destination_id, ports=ports)
            except Exception as error:
                report(transfer.id, error)
    return seen


def _round(*, ports: Ports) -> Iterator[Transfer]:
    """Every open transfer once, beginning behind the last one that was looked at."""
    after = ports.transfers.sweep_position()
    yield from ports.transfers.open_transfers(after)
    for transfer in ports.transfers.open_transfers():
        if transfer.id > after:
            return
        yield transfer


def look_after(transfer_id: str, *, ports: Ports) -> bool:
    """Idempotent, and harmless while workers and workflow are alive. It calls no partner. True when
    there is something to do at the partner."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.status in ENDED:
        return is_left_over(transfer, ports=ports)
    if ports.now() - transfer.updated_at > timedelta(seconds=QUIET_SECONDS):
        with suppress(NotPublished):  # the next sweep tries again
            publish_pending(transfer.id, ports=ports)
        state = ports.workflow.state(transfer.id, transfer.run)
        if state == "absent" and transfer.status is not Status.MOVING:
            ports.workflow.start(transfer.id, transfer.run)
            return False
        if state != "running":
            return True
        wake_workflow(transfer, ports=ports)
    if transfer.status in {Status.REQUESTED, Status.MOVING, Status.VERIFYING, Status.COMMITTING}:
        moved = report_moved(transfer, ports=ports)
        if not moved and transfer.lanes_wanted:
            revive_lanes(transfer, ports=ports)
    return False


def _settle(due: list[str], report: Report, goes_on: Callable[[], bool], *, ports: Ports) -> None:
    """Chooses by lot. A fixed order could begin every time with those whose partner hangs."""
    chosen = ports.random.sample(due, min(PARTNER_WORK, len(due)))
    with alone("settle", ports=ports) as is_mine:
        for transfer_id in chosen:
            if not (is_mine() and goes_on()):
                return
            try:
                settle_transfer(transfer_id, ports=ports)
            except Exception as error:
                report(transfer_id, error)
