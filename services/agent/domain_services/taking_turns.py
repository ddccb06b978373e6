"""Whose turn it is: one answer at a time in a conversation, and none for the same message twice."""

from dataclasses import dataclass, replace

from pydantic import SecretStr

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.agent.domain.access import require_owner
from services.agent.domain.chat import Message, Said, Speaker
from services.agent.domain.conversation import MOST_MESSAGES, Conversation, Entry
from services.agent.domain.errors import (
    ConversationBusy,
    ConversationFull,
    ConversationNotFound,
    KeyUsedElsewhere,
    RecordBusy,
)
from services.agent.domain.ports import Part, Ports, Written

TRIES = 10  # each is lost to somebody who writes the same conversation at the same moment


@dataclass(frozen=True)
class Sending:
    """What somebody says in a conversation."""

    conversation_id: str
    text: str
    caller: Caller
    token: SecretStr
    correlation_id: str
    idempotency: Idempotency | None = None


def take_turn(sending: Sending, *, ports: Ports) -> Conversation | Entry:
    """The conversation in the turn that answers the message, or the answer that the message got
    before. A message whose answer was never finished is answered anew. Raises ConversationNotFound,
    NotYours, ConversationBusy, ConversationFull, KeyUsedElsewhere, IdempotencyConflict,
    RecordBusy."""
    for _ in range(TRIES):
        conversation = ports.conversations.read(sending.conversation_id)
        if conversation is None:
            raise ConversationNotFound(sending.conversation_id)
        require_owner(conversation, sending.caller)
        number = _sent_before(sending, ports=ports)
        if number is not None:
            answer = ports.conversations.entry(conversation.id, number + 1)
            if answer is not None:
                return answer
        if conversation.is_answering(ports.now()):
            raise ConversationBusy(conversation.id)
        begun = _begun(conversation, sending, number, ports=ports)
        if begun is not None:
            return begun
    raise RecordBusy(f"conversation {sending.conversation_id!r}")


def _sent_before(sending: Sending, *, ports: Ports) -> int | None:
    """The number of the message that the key stands for."""
    if sending.idempotency is None:
        return None
    sent = ports.conversations.sent_before(sending.idempotency, ports.now())
    if sent is not None and sent.conversation_id != sending.conversation_id:
        raise KeyUsedElsewhere(sending.idempotency.sent_key)
    return sent.number if sent else None


def _begun(
    conversation: Conversation, sending: Sending, number: int | None, *, ports: Ports
) -> Conversation | None:
    """None when somebody else was faster."""
    now, turn_id = ports.now(), ports.new_id()
    if number is not None:
        if conversation.turn is None or conversation.turn.number != number:
            return None  # it was begun since the conversation was read
        return ports.conversations.save(conversation.taken_over(turn_id, now), Written(), now)
    if conversation.is_full:
        raise ConversationFull(conversation.id, MOST_MESSAGES)
    begun, entries = conversation.begun(turn_id, sending.text, now)
    part = Part(entries[-1].number, 0, Message(Speaker.USER, (Said(sending.text),)))
    written = Written(entries, [part], idempotency=sending.idempotency)
    return ports.conversations.save(begun, written, now)


def end_turn(begun: Conversation, answer: Entry, written: Written, *, ports: Ports) -> Conversation:
    """Stores the answer, with the summary that `begun` has by now. Raises ConversationBusy when
    somebody else answers by now, RecordBusy."""
    for _ in range(TRIES):
        found, mine = ports.conversations.read(begun.id), begun.turn
        if found is None or found.turn is None or mine is None or found.turn.id != mine.id:
            raise ConversationBusy(begun.id)
        told = replace(found, summary=begun.summary, told_from=begun.told_from)
        saved = ports.conversations.save(told.answered(answer), written, answer.at)
        if saved is not None:
            return saved
    raise RecordBusy(f"conversation {begun.id!r}")
