"""The agent's routes that a conversation needs."""

import time
from threading import Event
from uuid import uuid4

from cli.address import route
from cli.client import Client, read
from cli.errors import CommandFailed
from contracts.agent_api import AnswerView, ConversationView

CONVERSATIONS = "/api/agent/conversations"
STOP_WITHIN = 10.0  # seconds
BUSY = "conversation_busy"
# Who is told after this that an answer is under way was cut off from it: it is our own.
OWN_AFTER = 2.0  # seconds
ASKS_EVERY, ASKS_FOR = 2.0, 45.0  # seconds; a turn has its lease for 40


def checked(client: Client, conversation_id: str) -> str:
    """Raises NotFound when there is no such conversation."""
    path = route(CONVERSATIONS + "/{id}", id=conversation_id)
    page = client.call("GET", path, query={"limit": 1})
    return read(ConversationView, page.get("conversation") if isinstance(page, dict) else None).id


def opened(client: Client) -> str:
    document = client.call("POST", CONVERSATIONS, body={}, headers=_key())
    return read(ConversationView, document).id


def asked(client: Client, conversation_id: str, text: str) -> tuple[AnswerView, object]:
    """The answer, and its JSON document. It is asked once, also when the network loses the answer:
    the same key finds it. Raises CommandFailed."""
    path = route(CONVERSATIONS + "/{id}/messages", id=conversation_id)
    key, began = _key(), time.monotonic()
    while True:
        try:
            document = client.call("POST", path, body={"text": text}, headers=key)
            return read(AnswerView, document), document
        except CommandFailed as refused:
            waited = time.monotonic() - began
            if refused.code != BUSY or not OWN_AFTER <= waited < ASKS_FOR:
                raise
        Event().wait(ASKS_EVERY)


def stop(client: Client, conversation_id: str) -> None:
    client.call("POST", route(CONVERSATIONS + "/{id}/stop", id=conversation_id), within=STOP_WITHIN)


def _key() -> dict[str, str]:
    return {"Idempotency-Key": f"cli-{uuid4().hex}"}
