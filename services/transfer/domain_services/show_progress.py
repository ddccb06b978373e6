"""Shows the progress of a transfer. One lane a second does it for all of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain.chunk_runs import chunk_runs
from services.transfer.domain.lane import Lane
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.progress_sample import AtWork, ProgressSample
from services.transfer.domain.rate import Rate
from services.transfer.domain.status import UNDER_WAY
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.announce import progressed
from services.transfer.domain_services.fail_transfer import end_trouble

SAMPLES_APART_SECONDS = 1.0
MISSED_SECONDS = 1.5  # after the last sample its lane counts as gone, and another one goes on


def show_progress(
    transfer: Transfer, lane: Lane, now: datetime, *, soon: bool, ports: Ports
) -> ProgressSample | None:
    """The sample, if `lane` is the one that shows it. Then the lane is stored with it, as by a
    beat. `soon`: it need not wait until the lane that showed the last one has gone. Nothing is
    shown of a transfer that has begun to fail or to be cancelled: the event of its end has the last
    figures. Raises LeaseLost."""
    ledger = LedgerId(lane.transfer_id, lane.generation)
    if not _is_shown(transfer, ledger) or (seen := ports.ledger.at_work(ledger)) is None:
        return None
    progress, last = seen.progress, seen.progress.rate
    apart = SAMPLES_APART_SECONDS if soon else MISSED_SECONDS
    if last is not None and (now - last.at).total_seconds() < apart:
        return None
    lanes = [lane if each.number == lane.number else each for each in seen.lanes]
    well = {each.number for each in lanes if not each.is_troubled}
    transfer = end_trouble(transfer, lambda tries: tries.lane in well, ports=ports)
    if not _is_shown(transfer, ledger):
        return None
    bytes_now = progress.bytes_done + sum(each.bytes_in_flight for each in lanes)
    rate = Rate(now, bytes_now) if last is None else last.sampled(now, bytes_now)
    if not ports.ledger.sample_rate(ledger, last, rate, lane):
        return None  # another lane shows it
    runs = chunk_runs(progress.chunks_total, progress.next_chunk, _moving(seen, now, ports.policy))
    sample = ProgressSample(rate, progress, runs, lanes)
    _publish(transfer, sample, ports=ports)
    return sample


def show_stopped(transfer: Transfer, *, ports: Ports) -> None:
    """Where lanes have ended, and with them their samples: at a pause, and before a step proves the
    file. What they moved for good is told. An error is logged and fails nothing."""
    ledger = transfer.ledger
    if not _is_shown(transfer, ledger):
        return
    try:
        progress, lanes = ports.ledger.progress(ledger), ports.lanes.lanes(ledger)
        left = () if progress.complete else ports.ledger.open_leases(ledger)
        parked = sum(each.mark.done_bytes for each in left)
        rate = Rate(ports.now(), progress.bytes_done + parked)  # nothing moves
        waiting = {each.number: False for each in left}
        runs = chunk_runs(progress.chunks_total, progress.next_chunk, waiting)
        _publish(transfer, ProgressSample(rate, progress, runs, lanes), ports=ports)
    except Exception as error:
        ports.log_error("progress not shown", error)


def _is_shown(transfer: Transfer, ledger: LedgerId) -> bool:
    of_today = transfer.generation == ledger.generation and transfer.plan is not None
    return of_today and transfer.status in UNDER_WAY


def _moving(seen: AtWork, now: datetime, policy: Policy) -> Mapping[int, bool]:
    """The open chunks, and whether a lane holds them."""
    mine = now + timedelta(seconds=policy.lease_seconds)
    return {each.number: not is_over(each.until, now, mine) for each in seen.leases}


def _publish(transfer: Transfer, sample: ProgressSample, *, ports: Ports) -> None:
    """It may get lost, because the next one tells more."""
    if transfer.proves_at_the_end:
        proven = ports.ledger.progress(transfer.ledger.proof).chunks_done
        sample = replace(sample, chunks_proven=proven)
    ports.bus.publish([progressed(transfer, sample, ports=ports)])
