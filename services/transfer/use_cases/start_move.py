"""States MoveDirect and MoveChunks: makes the part file, opens the ledger, sends the lanes out."""

from dataclasses import replace

from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import PartMissing, TargetExists
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import OutboxEvent, PartnerSession, Ports
from services.transfer.domain.strategy import choose_strategy
from services.transfer.domain.transfer import IfExists, RunId, Status, Transfer
from services.transfer.use_cases.announce import started
from services.transfer.use_cases.change_transfer import change_run
from services.transfer.use_cases.guard import active
from services.transfer.use_cases.partner_session import partner_session
from services.transfer.use_cases.queue_lanes import queue_lanes
from services.transfer.use_cases.renamed_before import renamed_before
from services.transfer.use_cases.report_moved import report_moved


def start_move(run: RunId, task_token: str, *, direct: bool, ports: Ports) -> None:
    """May run again with another token: what is done stays done, lanes under way are left alone.

    The part file is on record before it exists, so that a crash in between leaves nothing behind.
    It is made once, before the plan is stored; a ledger never goes on with a new, empty one.
    """
    transfer = _remember(run, ports=ports, task_token=task_token)
    destination = ports.destinations.read(transfer.destination_id)
    target = resolve_target(destination.base_path, transfer.target_path)
    part = part_path(target, transfer.id, transfer.generation)
    plan = transfer.plan or plan_chunks(transfer.pinned.size_bytes, ports.policy.chunk_bytes)
    with partner_session(destination.id, f"{transfer.id}/start", ports=ports) as session:
        if transfer.plan is not None and renamed_before(transfer, session):
            pass  # only the answer of the last commit was lost
        elif transfer.if_exists is IfExists.FAIL and session.size(target) is not None:
            raise TargetExists(target)
        elif transfer.plan is None:
            _make_part(transfer, part, destination, session, ports=ports)
        elif (transfer.part_path, transfer.part_place) != (part, destination.place) or session.size(
            part
        ) is None:
            raise PartMissing(part)
        ports.ledger.open(LedgerId(transfer.id, transfer.generation), plan)
        transfer = _begin(transfer, plan, direct, session, ports=ports)
    if transfer.status is Status.MOVING and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _make_part(
    transfer: Transfer,
    part: str,
    destination: Destination,
    session: PartnerSession,
    *,
    ports: Ports,
) -> None:
    if transfer.part_path not in (None, part) and transfer.part_place == destination.place:
        session.remove(transfer.part)  # of the generation before
    _remember(transfer.run_id, ports=ports, part_path=part, part_place=destination.place)
    session.remove(part)  # of a try of this step that came no further
    session.create_part(part)


def _remember(run: RunId, *, ports: Ports, **known: str) -> Transfer:
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(active(current), **known), []  # type: ignore[arg-type]

    return change_run(run, decide, ports=ports)


def _begin(
    transfer: Transfer, plan: ChunkPlan, direct: bool, session: PartnerSession, *, ports: Ports
) -> Transfer:
    destination = ports.destinations.read(transfer.destination_id)
    wanted = 1 if direct else ports.policy.lanes_per_transfer
    lanes = choose_strategy(destination, wanted).lanes

    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        now = ports.now()
        first = current.status is Status.REQUESTED
        moved = current
        if current.status is not Status.PAUSED:
            allowed = {Status.REQUESTED, Status.MOVING}
            moved = current.moved_to(Status.MOVING, now, wish="started", allowed=allowed)
        moved = replace(
            moved,
            plan=plan,
            lanes=max(1, min(lanes, plan.total)),
            started_at=current.started_at or now,
            host_key_fingerprint=session.host_key_fingerprint,
        )
        return moved, [started(moved, ports=ports)] if first else []

    return change_run(transfer.run_id, decide, ports=ports)
