"""Ends the answer that is being written."""

from kernel.caller import Caller
from services.agent.domain.errors import ConversationNotFound, RecordBusy
from services.agent.domain.ports import Ports, Written
from services.agent.domain_services.showing import Shown, shown

TRIES = 10  # each is lost to a turn that begins or ends


def stop_answer(conversation_id: str, caller: Caller, *, ports: Ports) -> Shown:
    """The turn is marked, and ends about a second later. Nothing happens when nobody is answering.
    Raises ConversationNotFound, RecordBusy."""
    for _ in range(TRIES):
        now = ports.now()
        conversation = ports.conversations.read(conversation_id)
        if conversation is None or conversation.owner != caller.name:
            raise ConversationNotFound(conversation_id)
        if not conversation.is_answering(now):
            return shown(conversation, ports=ports)
        stopping = ports.conversations.save(conversation.stopping(), Written(), now)
        if stopping is not None:
            return shown(stopping, ports=ports)
    raise RecordBusy(f"conversation {conversation_id!r}")
