"""One call of the model: in time, paid from the user's tokens, with a history that it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.agent.domain.budget import needed
from services.agent.domain.chat import Json, Message, Reply
from services.agent.domain.errors import ContextTooLong, ModelBusy, ModelRefused, TurnEnded
from services.agent.domain.history import repaired
from services.agent.domain.ports import Ports
from services.agent.domain.trouble import OUT_OF_TIME, TOKENS_SPENT

LEAST_SECONDS = 1.5  # the first word takes about one


@dataclass(frozen=True)
class Question:
    user: str
    system: str
    messages: Sequence[Message]
    tools: Sequence[Json]
    until: datetime


def ask_model(question: Question, said: Callable[[str], None], *, ports: Ports) -> Reply:
    """Raises TurnEnded, ModelError, and what `said` raises. What is taken for the call stays taken
    when nobody knows what was read."""
    now = ports.now()
    seconds = (question.until - now).total_seconds()
    if seconds < LEAST_SECONDS:
        raise TurnEnded(OUT_OF_TIME)
    messages, policy, day = repaired(question.messages), ports.policy, now.date()
    tokens = needed(question.system, messages, question.tools, policy.answer_tokens)
    if not ports.budget.take(question.user, day, tokens, policy.tokens_per_day):
        raise TurnEnded(TOKENS_SPENT)
    try:
        reply = ports.model.answer(question.system, messages, question.tools, said, seconds)
    except (ModelBusy, ModelRefused, ContextTooLong):
        ports.budget.give_back(question.user, day, tokens)
        raise
    used = reply.tokens.all or tokens
    ports.budget.give_back(question.user, day, tokens - used)
    return reply
