"""States MoveDirect and MoveChunks: makes the part file, opens the ledger, sends the lanes out."""

from dataclasses import replace

from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.errors import TargetExists
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.names import part_path, resolve_target
from services.transfer.domain.ports import OutboxEvent, PartnerSession, Ports
from services.transfer.domain.strategy import choose_strategy
from services.transfer.domain.transfer import IfExists, Status, Transfer
from services.transfer.use_cases.announce import started
from services.transfer.use_cases.change_transfer import change_transfer
from services.transfer.use_cases.guard import active_transfer
from services.transfer.use_cases.partner_session import partner_session
from services.transfer.use_cases.queue_lanes import queue_lanes
from services.transfer.use_cases.report_moved import report_moved


def start_move(transfer_id: str, task_token: str, *, direct: bool, ports: Ports) -> None:
    """May run again with another token: what is done stays done, lanes under way are left alone.

    The part file is on record before it exists, so that a crash in between leaves nothing behind.
    """
    transfer = active_transfer(transfer_id, ports=ports)
    destination = ports.destinations.read(transfer.destination_id)
    target = resolve_target(destination.base_path, transfer.target_path)
    part = part_path(target, transfer.id)
    transfer = _remember(transfer_id, ports=ports, task_token=task_token)
    plan = transfer.plan or plan_chunks(transfer.pinned.size_bytes, ports.policy.chunk_bytes)
    ledger = LedgerId(transfer.id, transfer.generation)
    with partner_session(destination.id, f"{transfer.id}/start", ports=ports) as session:
        if transfer.if_exists is IfExists.FAIL and session.size(target) is not None:
            raise TargetExists(target)
        _remember(transfer_id, ports=ports, part_path=part)
        if transfer.plan is None:
            session.remove(part)  # of an earlier generation; this one has written nothing yet
        session.create_part(part)
        transfer = _begin(transfer, plan, direct, session, ports=ports)
    ports.ledger.open(ledger, plan)
    if transfer.status is Status.MOVING and not report_moved(transfer, ports=ports):
        queue_lanes(transfer, ports=ports)


def _remember(transfer_id: str, *, ports: Ports, **known: str) -> Transfer:
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, **known), []  # type: ignore[arg-type]

    return change_transfer(transfer_id, decide, ports=ports)


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

    return change_transfer(transfer.id, decide, ports=ports)
