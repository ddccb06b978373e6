"""Tells pieces of the agent's answers to those of their owner's connections that watch them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.websocket.server_messages import Answer
from services.progress.domain.audience import Watch, of_conversation
from services.progress.domain.ports import Ports
from services.progress.domain.telling import Piece
from services.progress.domain_services.reach import reach

WITHIN_SECONDS = 2.0  # after that no connection is begun with


@dataclass
class Job:
    """All pieces that one connection is told now, in their order."""

    connection_id: str
    watches: list[Watch] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


def tell_pieces(pieces: Sequence[Piece], *, ports: Ports) -> None:
    """What is late, and what is not begun in time, is not told: the answer can be read."""
    now = ports.now()

    def tell_one(job: Job) -> None:
        texts = (_message(each, ports.now()) for each in job.pieces)
        reach(job.connection_id, texts, job.watches, ports=ports)

    fresh = [each for each in pieces if not each.is_late(now)]
    ports.crew.each(tell_one, _jobs(fresh, now, ports), WITHIN_SECONDS)


def _jobs(pieces: Sequence[Piece], now: datetime, ports: Ports) -> list[Job]:
    jobs: dict[str, Job] = {}
    for owner, conversation_id in dict.fromkeys((p.owner, p.conversation_id) for p in pieces):
        audience = of_conversation(owner, conversation_id)
        own = [p for p in pieces if (p.owner, p.conversation_id) == (owner, conversation_id)]
        in_order = _in_order(own)
        for watch in ports.audiences.page(audience, 0, now).watches:
            if watch.user == owner and not watch.is_behind(now):
                job = jobs.setdefault(watch.connection_id, Job(watch.connection_id))
                job.watches.append(watch)
                job.pieces.extend(in_order)
    return list(jobs.values())


def _in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Of one conversation, whose turns come one after the other. What came twice is there once."""
    began: dict[str, datetime] = {}
    for each in pieces:
        began[each.turn_id] = min(each.at, began.get(each.turn_id, each.at))
    once = {(began[each.turn_id], each.turn_id, each.number): each for each in pieces}
    return [once[place] for place in sorted(once)]


def _message(piece: Piece, now: datetime) -> str:
    """It fits into a frame, because the contract bounds `text` for that."""
    return Answer(
        sent_at=now,
        conversation_id=piece.conversation_id,
        turn_id=piece.turn_id,
        number=piece.number,
        text=piece.text,
        tool=piece.tool,
        ended=piece.ended,
    ).model_dump_json()
