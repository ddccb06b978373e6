"""Reads conversations and their messages."""

from kernel.caller import Caller
from kernel.pages import Page
from services.agent.domain.access import may_see
from services.agent.domain.conversation import Entry
from services.agent.domain.errors import ConversationNotFound
from services.agent.domain.ports import Ports
from services.agent.domain_services.showing import Shown, shown


def list_conversations(
    caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Page[Shown]:
    """The caller's own, newest first. Raises FieldInvalid, RecordBusy."""
    page = ports.conversations.of_owner(caller.name, limit, cursor)
    return Page([shown(each, ports=ports) for each in page.items], page.cursor)


def read_conversation(
    conversation_id: str, caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> tuple[Shown, Page[Entry]]:
    """The conversation is as it was before its messages were read, so that none is missing that it
    counts. Raises ConversationNotFound, FieldInvalid."""
    conversation = ports.conversations.read(conversation_id)
    if conversation is None or not may_see(conversation, caller):
        raise ConversationNotFound(conversation_id)
    found = shown(conversation, ports=ports)
    return found, ports.conversations.entries(conversation_id, limit, cursor)
