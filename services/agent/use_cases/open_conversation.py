"""Begins a conversation."""

from contracts.agent_events import ConversationOpenedV1
from contracts.catalogue import encode
from contracts.envelope import Event, Meta
from kernel.caller import Caller
from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from services.agent.domain.access import require_role
from services.agent.domain.conversation import Conversation
from services.agent.domain.ports import Ports
from services.agent.domain_services.showing import Shown, shown


def open_conversation(
    caller: Caller, idempotency: Idempotency | None, correlation_id: str, *, ports: Ports
) -> Shown:
    """Also on a stage without a model: whoever writes in it is told. Raises RoleMissing,
    IdempotencyConflict, RecordBusy."""
    require_role(caller)
    now = ports.now()
    conversation = Conversation(ports.new_id(), caller.name, now, now)
    event = _opened(conversation, correlation_id, ports=ports)
    return shown(ports.conversations.open(conversation, [event], idempotency), ports=ports)


def _opened(conversation: Conversation, correlation_id: str, *, ports: Ports) -> OutboxEvent:
    data = ConversationOpenedV1(
        conversation_id=conversation.id,
        owner=conversation.owner,
        opened_at=conversation.opened_at,
    )
    event_id = ports.new_id()
    meta = Meta(
        event_id=event_id, occurred_at=conversation.opened_at, correlation_id=correlation_id
    )
    return OutboxEvent(event_id, *encode(Event(meta=meta, data=data)))
