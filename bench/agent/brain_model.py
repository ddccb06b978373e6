"""A brain of the double of Bedrock as the agent's model, without a server between them.

Each call is judged by the double's own rules, so that what Bedrock would refuse fails here, too.
"""

import json
from collections.abc import Callable, Sequence

from services.agent.adapters.converse import from_converse, to_converse
from services.agent.domain.chat import Json, Message, Reply, Stop, Tokens
from services.agent.domain.errors import ModelRefused
from tests.doubles.bedrock_moves import Brain, Request
from tests.doubles.bedrock_replies import reply_to
from tests.doubles.bedrock_rules import Invalid, check

MODEL = "anthropic.claude-test:0"
WINDOW, MOST_TOKENS = 200_000, 2_000


class BrainModel:
    """`context` is all that the model was told until now, as JSON."""

    def __init__(self, brain: Brain) -> None:
        self.brain = brain
        self.context: list[str] = []
        self.systems: set[str] = set()

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        document = {
            "system": [{"text": system}],
            "messages": [to_converse(each) for each in messages],
            "inferenceConfig": {"maxTokens": MOST_TOKENS},
        }
        if tools:
            document["toolConfig"] = {"tools": [{"toolSpec": dict(each)} for each in tools]}
        try:
            check(MODEL, document, WINDOW)
        except Invalid as refused:
            raise ModelRefused(str(refused)) from None
        self.systems.add(system)
        self.context.append(json.dumps(document["messages"], ensure_ascii=False))
        told = reply_to(Request(MODEL, document), self.brain(Request(MODEL, document))).document()
        message = from_converse(told["output"]["message"])
        usage = told["usage"]
        tokens = Tokens(usage["inputTokens"], usage["outputTokens"])
        reply = Reply(message, Stop(told["stopReason"]), tokens)
        said(reply.text)
        return reply
