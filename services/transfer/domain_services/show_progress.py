"""Shows the progress of a transfer. One lane a second does it for all of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain.chunk_runs import chunk_runs
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import ChunkLease, LedgerId, Progress
from services.transfer.domain.ports import Ports
from services.transfer.domain.progress_sample import ProgressSample
from services.transfer.domain.rate import Rate
from services.transfer.domain.status import UNDER_WAY
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.announce import progressed
from services.transfer.domain_services.fail_transfer import end_trouble

SAMPLES_APART_SECONDS = 1.0


def show_progress(
    transfer: Transfer, ledger: LedgerId, held: ChunkLease | None, now: datetime, *, ports: Ports
) -> ProgressSample | None:
    """`held` is the chunk that the caller's lane holds. Nothing is shown of a transfer that has
    begun to fail or to be cancelled: the event of its end has the last figures. The sample, if the
    caller is the one who showed it."""
    if not _is_shown(transfer, ledger):
        return None
    progress = ports.ledger.progress(ledger)
    seen = progress.rate
    if seen is not None and (now - seen.at).total_seconds() < SAMPLES_APART_SECONDS:
        return None
    lanes = ports.lanes.lanes(ledger)
    well = {lane.number for lane in lanes if not lane.is_troubled}
    transfer = end_trouble(transfer, lambda tries: tries.lane in well, ports=ports)
    if not _is_shown(transfer, ledger):
        return None
    bytes_now = progress.bytes_done + sum(lane.bytes_in_flight for lane in lanes)
    rate = Rate(now, bytes_now) if seen is None else seen.sampled(now, bytes_now)
    if not ports.ledger.sample_rate(ledger, seen, rate):
        return None  # another lane shows it
    moving = _open_chunks(ledger, progress, held, now, ports=ports)
    runs = chunk_runs(progress.chunks_total, progress.next_chunk, moving)
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


def _open_chunks(
    ledger: LedgerId, progress: Progress, held: ChunkLease | None, now: datetime, *, ports: Ports
) -> Mapping[int, bool]:
    """Those that were claimed and are not done, and whether a lane holds them. They have to be read
    after `progress`: a chunk claimed in between is open then, and does not look like a done one. A
    file of one chunk has one lane, so nothing is read."""
    if progress.complete:
        return {}
    if progress.chunks_total == 1:
        holds = held is not None and held.ledger == ledger
        return {0: holds} if progress.next_chunk else {}
    mine = now + timedelta(seconds=ports.policy.lease_seconds)
    leases = ports.ledger.open_leases(ledger)
    return {each.number: not is_over(each.until, now, mine) for each in leases}


def _publish(transfer: Transfer, sample: ProgressSample, *, ports: Ports) -> None:
    """It may get lost, because the next one tells more."""
    if transfer.proves_at_the_end:
        proven = ports.ledger.progress(transfer.ledger.proof).chunks_done
        sample = replace(sample, chunks_proven=proven)
    ports.bus.publish([progressed(transfer, sample, ports=ports)])
