"""Takes a message of the user, and answers it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from services.agent.domain.access import require_role
from services.agent.domain.chat import Message, Said, Speaker
from services.agent.domain.conversation import Conversation, Entry
from services.agent.domain.errors import (
    AgentError,
    AgentOff,
    ConversationNotFound,
    FieldInvalid,
)
from services.agent.domain.ports import Part, Ports, Written
from services.agent.domain.tool import Tool
from services.agent.domain.trouble import ANSWER_LOST, HELD_BACK, WITHHELD, Trouble
from services.agent.domain_services.answering import Answering, Asking
from services.agent.domain_services.keep_proposal import supersede_open
from services.agent.domain_services.past import Past
from services.agent.domain_services.showing import Answer, shown, tokens_left
from services.agent.domain_services.taking_turns import Sending, end_turn, take_turn
from services.agent.domain_services.telling import Telling


def send_message(sending: Sending, *, ports: Ports, tools: Mapping[str, Tool]) -> Answer:
    """An answer that is missing or ends early says why. Raises RoleMissing, AgentOff,
    FieldInvalid, and what take_turn, end_turn and supersede_open raise.

    An open proposal is superseded when the turn is taken, and not by a message that is refused.
    """
    require_role(sending.caller)
    if not ports.policy.model:
        raise AgentOff()
    if not sending.text.strip():
        raise FieldInvalid("text", sending.text, "Write something that can be answered.")
    until = ports.now() + timedelta(seconds=ports.policy.turn_seconds)
    taken = take_turn(sending, ports=ports)
    if isinstance(taken, Entry):
        return _again(sending, taken, ports=ports)
    telling = Telling(taken, sending.correlation_id, ports)
    try:
        return _answered(taken, sending, until, telling, tools)
    except Exception:
        _lose(taken, ports=ports)
        raise
    finally:
        telling.end()


def _answered(
    taken: Conversation,
    sending: Sending,
    until: datetime,
    telling: Telling,
    tools: Mapping[str, Tool],
) -> Answer:
    ports = telling.ports
    superseded = supersede_open(taken.id, ports.now(), ports.proposals, ports.new_id)
    history = ports.conversations.history(taken.id, taken.told_from)

    def seconds_left() -> float:
        return (until - ports.now()).total_seconds()

    reader = ports.access.reader(sending.token, seconds_left)
    answering = Answering(
        Asking(
            caller=sending.caller,
            text=sending.text,
            reader=reader,
            correlation_id=sending.correlation_id,
            until=until,
            superseded=superseded is not None,
        ),
        Past(history, taken.summary, taken.told_from),
        ports.conversations.handles(taken.id),
        tools,
        telling,
    )
    trouble = answering.run()
    entry = _entry(taken, trouble, answering)
    written = Written([entry], _parts(entry, answering.past.parts), answering.handles)
    past = answering.past
    ended = replace(taken, summary=past.summary, told_from=past.told_from)
    saved = end_turn(ended, entry, written, ports=ports)
    return _answer(saved, entry, ports=ports)


def _entry(taken: Conversation, trouble: Trouble | None, answering: Answering) -> Entry:
    return Entry(
        number=taken.messages,
        by=Speaker.MODEL,
        text=answering.text,
        at=answering.telling.ports.now(),
        looked_at=tuple(answering.looked_at),
        proposal_id=answering.proposal_id,
        trouble=trouble,
        turn_id=taken.turn_id,
    )


def _parts(entry: Entry, parts: Sequence[Part]) -> Sequence[Part]:
    """Those that the turn has added."""
    number = parts[-1].number
    if entry.trouble in HELD_BACK:
        sides = enumerate((Speaker.USER, Speaker.MODEL))
        return [Part(number, index, Message(by, (Said(WITHHELD),))) for index, by in sides]
    return [part for part in parts if part.number == number and part.index > 0]


def _lose(taken: Conversation, *, ports: Ports) -> None:
    """So that nobody has to wait until the lease ends."""
    entry = Entry(
        taken.messages, Speaker.MODEL, "", ports.now(), trouble=ANSWER_LOST, turn_id=taken.turn_id
    )
    with suppress(AgentError):
        end_turn(taken, entry, Written([entry]), ports=ports)


def _again(sending: Sending, entry: Entry, *, ports: Ports) -> Answer:
    conversation = ports.conversations.read(sending.conversation_id)
    if conversation is None:
        raise ConversationNotFound(sending.conversation_id)
    return _answer(conversation, entry, ports=ports)


def _answer(conversation: Conversation, entry: Entry, *, ports: Ports) -> Answer:
    return Answer(
        shown(conversation, ports=ports), entry, tokens_left(conversation.owner, ports=ports)
    )
