"""Has a piece of an answer of the agent told to whoever watches the conversation."""

from contracts.agent_events import AnswerStreamedV1
from contracts.envelope import Event
from services.progress.domain.ports import Ports
from services.progress.domain.telling import Piece


def pass_on_piece(event: Event[AnswerStreamedV1], *, ports: Ports) -> None:
    """Nothing is posted here. A connection that is slow would hold up the events of transfers that
    wait in the same queue."""
    told = event.data
    piece = Piece(
        told.owner,
        told.conversation_id,
        told.turn_id,
        told.number,
        event.meta.occurred_at,
        told.text,
        told.tool,
        told.ended,
    )
    if not piece.is_late(ports.now()):
        ports.notices.put(piece)
