"""How many tokens a call of the model may take."""

import json
from collections.abc import Sequence

from services.agent.domain.chat import Json, Message
from services.agent.domain.history import size_of

# English has about 4 bytes to a token, JSON about 3, and some scripts 2. What is taken too much is
# given back when the call has ended.
BYTES_OF_TOKEN = 2


def needed(
    system: str, messages: Sequence[Message], tools: Sequence[Json], answer_tokens: int
) -> int:
    """The most that a call is expected to take. It is taken before the call."""
    said = len(system.encode()) + size_of(messages)
    described = sum(len(json.dumps(tool, ensure_ascii=False).encode()) for tool in tools)
    return (said + described) // BYTES_OF_TOKEN + answer_tokens
