"""Why an answer is missing, ends early, or why something was not done: a sentence for people."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.agent.domain.chat import Stop


@dataclass(frozen=True)
class Trouble:
    code: str
    message: str
    retryable: bool = False


STOPPED = Trouble("stopped", "You stopped the answer.")
ANSWER_LOST = Trouble(
    "answer_lost",
    "The answer was lost, because we failed while it was written. Nothing was done. Ask again.",
    retryable=True,
)
TOO_MANY_ROUNDS = Trouble(
    "too_many_rounds",
    "The agent looked at many things and came to no end. Ask for less at once, or say more exactly"
    " what you look for.",
)
OUT_OF_TIME = Trouble(
    "out_of_time",
    "The answer took too long and was ended. Ask again, or ask for less at once.",
    retryable=True,
)
TOKENS_SPENT = Trouble(
    "tokens_spent",
    "What you may use of the agent in one day is used up. It begins anew at 00:00 UTC. Everything"
    " else works as always.",
)
CONTEXT_TOO_LONG = Trouble(
    "context_too_long",
    "This is more than the agent can read at once. Begin a new conversation, or ask for less.",
)
BAD_OUTPUT = Trouble(
    "malformed_answer",
    "The model answered something that cannot be used, twice. Say it in other words.",
    retryable=True,
)
GUARDRAIL = Trouble(
    "guardrail",
    "The guardrail of this stage held this answer back. Say it in other words, or look at it"
    " yourself in the console.",
)
# What takes the place of both sides of a turn that was held back: told again, it would be held back
# again, and with it every later answer.
WITHHELD = "(This message was held back and is not told again.)"
FILTERED = Trouble("filtered", "The model's provider held this answer back. Say it in other words.")
CUT = Trouble("cut", "The answer was longer than allowed and was cut. Ask for less at once.")
HELD_BACK = frozenset({GUARDRAIL, FILTERED})

# Stops after which an answer is whole have none.
OF_STOP: Mapping[Stop, Trouble] = {
    Stop.LENGTH: CUT,
    Stop.GUARDRAIL: GUARDRAIL,
    Stop.FILTERED: FILTERED,
    Stop.BAD_OUTPUT: BAD_OUTPUT,
    Stop.BAD_TOOL_USE: BAD_OUTPUT,
    Stop.TOO_LONG: CONTEXT_TOO_LONG,
}
