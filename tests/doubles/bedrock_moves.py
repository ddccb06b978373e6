"""What a brain of the double of Bedrock is asked, and the moves that it answers with.

A brain is a function: `brain(request) -> moves`. As JSON a move is one of

    {"say": "text"}                        `seconds` lie between two pieces of it
    {"use": "list_files", "asked": {...}}  or `raw`: the input's text, as bad as it may be
    {"stop": "guardrail_intervened"}       a stopReason; else it is tool_use or end_turn
    {"fail": "throttlingException"}        an exception in the stream, behind what was said
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Json: TypeAlias = Mapping[str, Any]
StopReason = Literal[
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
]
StreamFault = Literal[
    "internalServerException",
    "modelStreamErrorException",
    "validationException",
    "throttlingException",
    "serviceUnavailableException",
]


class _Move(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Say(_Move):
    say: str
    seconds: float = Field(default=0.0, ge=0, le=60)


class Use(_Move):
    """`id` is made where it is empty. It is the same for the same place in a conversation."""

    use: str
    asked: dict[str, Any] = Field(default_factory=dict)
    raw: str | None = None
    id: str = ""


class Stop(_Move):
    stop: StopReason


class Fail(_Move):
    fail: StreamFault
    message: str = "The double was told to fail."


Move: TypeAlias = Say | Use | Stop | Fail
Moves: TypeAlias = Sequence[Move]
MOVES: TypeAdapter[list[Move]] = TypeAdapter(list[Move])
REPLIES: TypeAdapter[list[list[Move]]] = TypeAdapter(list[list[Move]])


@dataclass(frozen=True)
class Result:
    """A tool that was used, and what it told. `told` is its JSON, or its text."""

    name: str
    asked: Any
    told: Any
    failed: bool


@dataclass(frozen=True)
class Request:
    """A call of Converse that keeps the rules (bedrock_rules.py)."""

    model: str
    document: Json = field(repr=False)

    @property
    def messages(self) -> Sequence[Json]:
        messages: Sequence[Json] = self.document["messages"]
        return messages

    @cached_property
    def system(self) -> str:
        return "\n".join(each.get("text", "") for each in self.document.get("system", ()))

    @cached_property
    def tools(self) -> Mapping[str, Json]:
        """The toolSpecs by name."""
        listed = self.document.get("toolConfig", {}).get("tools", ())
        specs = [each["toolSpec"] for each in listed if "toolSpec" in each]
        return {each["name"]: each for each in specs}

    @cached_property
    def _asked_at(self) -> int:
        """Where the newest message stands in which the user says something."""
        said = [
            at
            for at, each in enumerate(self.messages)
            if each["role"] == "user" and any("text" in block for block in each["content"])
        ]
        return said[-1] if said else 0

    @property
    def asked(self) -> str:
        """What the user said last."""
        blocks = self.messages[self._asked_at]["content"]
        return "\n".join(block["text"] for block in blocks if "text" in block)

    @property
    def round(self) -> int:
        """How often the model answered since then."""
        return sum(each["role"] == "assistant" for each in self.messages[self._asked_at :])

    @property
    def results(self) -> Sequence[Result]:
        """What the tools told since then, oldest first."""
        return list(results_in(self.messages[self._asked_at :]))

    @property
    def all_results(self) -> Sequence[Result]:
        """What the tools told in the whole conversation, oldest first."""
        return list(results_in(self.messages))

    def newest(self, name: str) -> Result | None:
        """What this tool told last since the user spoke, unless it failed."""
        found = [each for each in self.results if each.name == name and not each.failed]
        return found[-1] if found else None


Brain: TypeAlias = Callable[[Request], Moves]


def results_in(messages: Sequence[Json]) -> Iterator[Result]:
    uses: dict[str, Json] = {}
    for message in messages:
        for block in message["content"]:
            if "toolUse" in block:
                uses[block["toolUse"]["toolUseId"]] = block["toolUse"]
            if "toolResult" in block:
                told = block["toolResult"]
                use = uses.get(told["toolUseId"], {"name": "", "input": {}})
                failed = told.get("status") == "error"
                yield Result(use["name"], use["input"], _told(told["content"]), failed)


def _told(content: Sequence[Json]) -> Any:  # noqa: ANN401 - JSON
    documents = [each["json"] for each in content if "json" in each]
    return documents[0] if documents else "".join(each.get("text", "") for each in content)
