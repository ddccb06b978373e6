"""Plans a part file: its chunks, its name, and the strategy that the server's profile allows."""

from dataclasses import replace

from services.transfer.domain.chunks import ChunkPlan, ftp_chunk_bytes, plan_chunks
from services.transfer.domain.destination import Delivery, Destination
from services.transfer.domain.errors import (
    ChunkCorrupted,
    PartnerChecksumDiffers,
    StepSuperseded,
)
from services.transfer.domain.lane_target import lanes_that_fill
from services.transfer.domain.names import part_path, resolve_folder, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Strategy, Wish, choose_strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.expected_time import expected_seconds
from services.transfer.domain_services.plan_folder import plan_folder
from services.transfer.domain_services.queue_lanes import first_lane, send_turn

# What was written reads back with other content, at one place or somewhere.
WRITTEN_ANEW = (ChunkCorrupted.code, PartnerChecksumDiffers.code)


def plan_part(current: Transfer, destination: Destination, lanes: int, *, ports: Ports) -> Transfer:
    """Records the part file with its plan. Raises what choose_strategy raises."""
    if current.sends_many:
        return plan_folder(current, destination, lanes, ports=ports)
    chunks = _chunks(current, destination, lanes, ports=ports)
    useful = max(1, min(lanes, chunks.total))
    strategy = strategy_for(current, destination, useful, ports=ports)
    if strategy.lanes <= 1:
        chunks = _chunks(current, destination, 1, ports=ports)
    target = resolve_target(destination.base_path, current.target_path)
    direct = strategy.delivery is Delivery.DIRECT
    part = current.next_part(target, destination.place, ports.now(), direct=direct)
    expected = current.expected_seconds
    if current.started_at is None:
        expected = expected_seconds(current, chunks, destination, ports=ports)
    return replace(current.record_part(part, chunks, strategy), expected_seconds=expected)


def strategy_for(
    transfer: Transfer, destination: Destination, lanes: int, *, ports: Ports
) -> Strategy:
    told = transfer.failure.code if transfer.failure else None
    wish = Wish(
        size_bytes=transfer.known_source.size_bytes,
        if_exists=transfer.if_exists,
        verify=transfer.verify,
        lanes=lanes,
        one_handle_bytes=ports.policy.one_handle_bytes,
        long_handle_bytes=ports.policy.long_handle_bytes,
        written_anew=transfer.moved_again and told in WRITTEN_ANEW,
        source=transfer.known_source.checksum,
    )
    return choose_strategy(destination, wish)


def leads_there(transfer: Transfer, destination: Destination) -> bool:
    """The destination may have been changed since the part file was recorded. Elsewhere there is no
    part file of ours."""
    part = transfer.known_part
    if part.folder:
        folder = resolve_folder(destination.base_path, transfer.target_path)
        return (part.path, part.place) == (folder, destination.place)
    target = resolve_target(destination.base_path, transfer.target_path)
    path = part.path if part.direct else part_path(target, transfer.id, transfer.generation)
    return (part.path, part.place) == (path, destination.place)


def start_over(
    transfer: Transfer,
    destination: Destination,
    failures: int = 0,
    delay: float = 0,
    *,
    damaged: bool = False,
    ports: Ports,
) -> bool:
    """Begins anew with another part file, because the one at hand cannot be written any further.
    Its first lane takes over the count of failures. False when somebody else did so before."""
    generation = transfer.generation
    lanes = max(1, transfer.known_strategy.lanes)

    def decide(current: Transfer) -> Transfer:
        anew = current.start_over(generation, ports.now(), damaged=damaged)
        return plan_part(anew, destination, lanes, ports=ports)

    try:
        fresh = change_run(transfer.run_id, decide, ports=ports)
    except StepSuperseded:
        return False
    ports.ledger.open(fresh.ledger, fresh.known_plan)
    first = replace(first_lane(fresh, ports.now()), failures=failures)
    if fresh.status is not Status.PAUSED:  # a resumed transfer sends its lanes out itself
        send_turn(first, delay, ports=ports)
    return True


def _chunks(transfer: Transfer, destination: Destination, lanes: int, *, ports: Ports) -> ChunkPlan:
    source, chunk_bytes = transfer.known_source, ports.policy.chunk_bytes
    if destination.protocol.is_ftp:
        chunk_bytes = ftp_chunk_bytes(source.size_bytes, chunk_bytes)
    unit_bytes = None if transfer.verify is Verify.SIZE else source.unit_bytes  # nothing is hashed
    trip = destination.profile.round_trip_seconds if destination.profile else 0.0
    helpful = min(lanes, lanes_that_fill(trip)) if ports.policy.shorter_ends else 1
    return plan_chunks(source.size_bytes, chunk_bytes, unit_bytes, helpful)
