"""States MoveDirect and MoveChunks. Makes the part file, opens the ledger, sends the lanes out."""

from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.errors import PartMissing, TargetExists
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import choose_strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import IfExists, RunId
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.look_at_target import look_at, renamed_before
from services.transfer.domain_services.part_file import require_whole
from services.transfer.domain_services.partner_session import Visit, step_session
from services.transfer.domain_services.queue_lanes import queue_lanes, report_moved


def start_move(run: RunId, task_token: str, *, direct: bool, ports: Ports) -> None:
    """May run again with another token, also while an earlier start still lives. What is done stays
    done, and lanes under way are left alone. While no part file is known to exist, each start
    records one of its own. The one that was recorded last counts.

    The part file is recorded before it exists, so that after a crash in between it can be found and
    removed. A ledger never goes on with a new, empty part file.
    """
    transfer = change_run(run, lambda current: current.awaited(task_token), ports=ports)
    with step_session(transfer, ports=ports) as visit:
        destination = visit.destination
        transfer = _with_part(transfer, visit, ports=ports)
        ports.ledger.open(transfer.ledger, transfer.known_plan)
        lanes = choose_strategy(destination, 1 if direct else ports.policy.lanes_per_transfer).lanes
        generation, fingerprint = transfer.generation, visit.session.host_key_fingerprint
        transfer = change_run(
            run,
            lambda current: current.begin(generation, lanes, fingerprint, ports.now()),
            ports=ports,
        )
    if transfer.status is Status.MOVING and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _with_part(transfer: Transfer, visit: Visit, *, ports: Ports) -> Transfer:
    """The transfer, with a part file that exists at the partner."""
    session, place = visit.session, visit.destination.place
    target = resolve_target(visit.destination.base_path, transfer.target_path)
    if transfer.part_made and renamed_before(transfer, session, ports=ports):
        return transfer  # only the answer of the last commit was lost
    if transfer.if_exists is IfExists.FAIL and look_at(session, target).there:
        raise TargetExists(target)
    if not transfer.part_made:
        plan = _plan(transfer, ports=ports)
        transfer = change_run(
            transfer.run_id,
            lambda current: current.record_part(target, place, plan, ports.now()),
            ports=ports,
        )
        if not transfer.part_made:
            session.create_part(transfer.known_part.path)
            return transfer
    _require_same(transfer, target, place)
    require_whole(transfer, session, ports=ports)
    return transfer


def _plan(transfer: Transfer, *, ports: Ports) -> ChunkPlan:
    source = transfer.known_source
    unit_bytes = None if transfer.verify is Verify.SIZE else source.unit_bytes  # nothing is hashed
    return plan_chunks(source.size_bytes, ports.policy.chunk_bytes, unit_bytes)


def _require_same(transfer: Transfer, target: str, place: str) -> None:
    """The destination may have been changed since. Elsewhere there is no part file of ours."""
    part = transfer.known_part
    here = (part_path(target, transfer.id, transfer.generation), place)
    if (part.path, part.place) != here:
        raise PartMissing(part.path)
