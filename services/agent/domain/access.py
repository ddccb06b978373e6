"""Who may do what with conversations."""

from kernel.caller import Caller, Role
from services.agent.domain.conversation import Conversation
from services.agent.domain.errors import ConversationNotFound, NotYours, RoleMissing

ANY_ROLE = frozenset(Role)
AUDITS = frozenset({Role.AUDITOR, Role.ADMIN})


def require_role(caller: Caller) -> None:
    """Raises RoleMissing for a caller without any."""
    if not caller.has(ANY_ROLE):
        raise RoleMissing(tuple(sorted(ANY_ROLE)))


def may_see(conversation: Conversation, caller: Caller) -> bool:
    return conversation.owner == caller.name or caller.has(AUDITS)


def require_owner(conversation: Conversation, caller: Caller) -> None:
    """Raises ConversationNotFound, NotYours."""
    if not may_see(conversation, caller):
        raise ConversationNotFound(conversation.id)
    if conversation.owner != caller.name:
        raise NotYours(conversation.id, conversation.owner)
