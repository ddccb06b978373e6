"""The loop of a turn: asks the model, runs the tools that it asks for, and asks again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kernel.caller import Caller
from kernel.shown_names import shown
from services.agent.domain.chat import (
    Json,
    Message,
    Reply,
    Said,
    Speaker,
    Stop,
    ToolResult,
    ToolUse,
)
from services.agent.domain.conversation import MOST_TEXT
from services.agent.domain.errors import ContextTooLong, ModelError, TurnEnded
from services.agent.domain.handles import Handles
from services.agent.domain.history import cut
from services.agent.domain.ports import Part, Reader
from services.agent.domain.tool import Outcome, Scene, Tool
from services.agent.domain.trouble import (
    BAD_OUTPUT,
    CONTEXT_TOO_LONG,
    OF_STOP,
    TOO_MANY_ROUNDS,
    Trouble,
)
from services.agent.domain_services.ask_model import Question, ask_model
from services.agent.domain_services.past import Past, shortened
from services.agent.domain_services.said_before import asking_in
from services.agent.domain_services.system_prompt import system_prompt
from services.agent.domain_services.telling import Telling

MOST_USES = 5  # tools of one round; each may take seconds
BAD = frozenset({Stop.BAD_OUTPUT, Stop.BAD_TOOL_USE})
TOO_MANY_USES: Json = {
    "problem": f"Only {MOST_USES} tools are run at once. Ask again for what you still need."
}


@dataclass(frozen=True)
class Asking:
    """Who asks what, and until when they get an answer."""

    caller: Caller
    text: str
    reader: Reader
    correlation_id: str
    until: datetime
    superseded: bool  # the message has ended a proposal that was open


@dataclass
class Answering:
    """`run` answers once. What was found until then stays here, however it ends."""

    asking: Asking
    past: Past  # ends with the user's message
    handles: Handles
    tools: Mapping[str, Tool]
    telling: Telling
    texts: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)
    proposal_id: str | None = None
    _retried: bool = False
    _shortened: bool = False

    @property
    def text(self) -> str:
        said = "\n\n".join(text.strip() for text in self.texts if text.strip())
        return said if len(said) <= MOST_TEXT else f"{said[: MOST_TEXT - 1]}…"

    def run(self) -> Trouble | None:
        """Why the answer is missing or ends early. None when it is whole."""
        try:
            return self._answer()
        except TurnEnded as ended:
            trouble = ended.trouble
        except ContextTooLong:
            trouble = CONTEXT_TOO_LONG
        except ModelError as error:
            trouble = Trouble(error.code, str(error), error.retryable)
        if self.telling.written.strip():
            self._keep(Message(Speaker.MODEL, (Said(self.telling.written),)))
        return trouble

    def _answer(self) -> Trouble | None:
        if self.past.size > self.telling.ports.policy.history_bytes:
            self._shorten()
        for rounds_left in reversed(range(self.telling.ports.policy.rounds + 1)):
            reply = self._reply()
            if self._is_bad(reply):
                return BAD_OUTPUT
            self._keep(reply.message)
            if reply.stop is not Stop.TOOLS or not reply.tool_uses:
                return OF_STOP.get(reply.stop)
            if rounds_left:
                self._use(reply.tool_uses)
        return TOO_MANY_ROUNDS

    def _reply(self) -> Reply:
        """What cannot be used is asked for once more, and what is too long is shortened once."""
        self.telling.begin()
        try:
            reply = self._ask()
            if self._is_bad(reply) and not self._retried:
                self._retried = True
                self.telling.begin()
                reply = self._ask()
            if reply.stop is Stop.TOO_LONG and not reply.text:
                raise ContextTooLong("it stopped there")
        except ContextTooLong:
            if self._shortened:
                raise
            self._shorten(most=0)
            return self._ask()
        return reply

    def _is_bad(self, reply: Reply) -> bool:
        empty = reply.stop is Stop.END and not reply.text.strip() and not self.text
        return reply.stop in BAD or empty

    def _ask(self) -> Reply:
        asking = self.asking
        specs = [_spec(tool) for tool in self.tools.values()]
        question = Question(
            user=asking.caller.name,
            system=system_prompt(self.telling.ports.now()),
            messages=self.past.messages,
            tools=specs,
            until=asking.until,
        )
        return ask_model(question, self.telling.said, ports=self.telling.ports)

    def _shorten(self, most: int | None = None) -> None:
        self._shortened = True
        half = self.telling.ports.policy.history_bytes // 2 if most is None else most
        name, until = self.asking.caller.name, self.asking.until
        self.past = shortened(self.past, half, name, until, self.telling)

    def _keep(self, message: Message) -> None:
        """In the history, and its text for people."""
        last = self.past.parts[-1]
        part = Part(last.number, last.index + 1, message)
        self.past = replace(self.past, parts=[*self.past.parts, part])
        if message.by is Speaker.MODEL:
            self.texts += [block.text for block in message.blocks if isinstance(block, Said)]
            self.telling.written = ""

    def _use(self, uses: Sequence[ToolUse]) -> None:
        results = []
        for number, use in enumerate(uses):
            self.telling.look()
            failed, told = True, TOO_MANY_USES
            if number < MOST_USES:
                failed, told = self._used(use)
            results.append(ToolResult(use.id, cut(told), failed))
        self._keep(Message(Speaker.USER, tuple(results)))

    def _used(self, use: ToolUse) -> tuple[bool, Json]:
        tool = self.tools.get(use.name)
        if tool is None:
            return True, {"problem": f"There is no tool {shown(use.name)}."}
        self.telling.looks_at(tool.name)
        self.looked_at += [tool.name] if tool.name not in self.looked_at else []
        outcome = self._run(tool, use.asked)
        self.handles = outcome.handles
        self.proposal_id = outcome.proposal_id or self.proposal_id
        return outcome.failed, outcome.told

    def _run(self, tool: Tool, asked: Json) -> Outcome:
        asking, conversation = self.asking, self.telling.conversation
        superseded = asking.superseded and self.proposal_id is None
        said = asking_in(self.past.parts, asking.text, superseded=superseded)
        scene = Scene(
            caller=asking.caller,
            conversation_id=conversation.id,
            correlation_id=asking.correlation_id,
            handles=self.handles,
            reader=asking.reader,
            now=self.telling.ports.now(),
            asked=said.last,
            before=said.before,
            older=said.older,
        )
        return tool.run(asked, scene)


def _spec(tool: Tool) -> Json:
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": {"json": dict(tool.schema)},
    }
