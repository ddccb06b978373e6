"""A reply of the double of Bedrock: what Converse and ConverseStream answer for a brain's moves."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.bedrock_events import event, exception
from tests.doubles.bedrock_moves import Fail, Json, Moves, Request, Say, Stop, Use
from tests.doubles.bedrock_rules import LETTERS_OF_A_TOKEN, tokens_of

PIECE = 24  # letters of an answer that come at once
LATENCY_MS = 1
NO_LIMIT = 4_096  # tokens of a reply where the call sets no maxTokens
Timed = tuple[float, bytes]  # seconds of silence, and what is sent behind it


@dataclass(frozen=True)
class Reply:
    """`pauses` lie before a piece of the block of that number."""

    blocks: Sequence[Json]  # as Converse has them; a toolUse has "raw" beside its input
    pauses: Sequence[float]
    stop: str
    fail: Fail | None
    read: int
    written: int

    def document(self) -> Json:
        """The answer of Converse."""
        content = [
            {"toolUse": {k: v for k, v in block["toolUse"].items() if k != "raw"}}
            if "toolUse" in block
            else block
            for block in self.blocks
        ]
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": self.stop,
            "usage": self._usage,
            "metrics": {"latencyMs": LATENCY_MS},
        }

    def frames(self) -> Iterator[Timed]:
        """The answer of ConverseStream."""
        yield 0.0, event("messageStart", {"role": "assistant"})
        for at, (block, pause) in enumerate(zip(self.blocks, self.pauses, strict=True)):
            text = block.get("text", "")
            if "toolUse" in block:
                use = block["toolUse"]
                text = use["raw"]
                start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
                yield 0.0, event("contentBlockStart", {"start": start, "contentBlockIndex": at})
            for begin in range(0, len(text), PIECE):
                piece = text[begin : begin + PIECE]
                delta = {"toolUse": {"input": piece}} if "toolUse" in block else {"text": piece}
                yield pause, event("contentBlockDelta", {"delta": delta, "contentBlockIndex": at})
            yield 0.0, event("contentBlockStop", {"contentBlockIndex": at})
        if self.fail:
            yield 0.0, exception(self.fail.fail, self.fail.message)
            return
        yield 0.0, event("messageStop", {"stopReason": self.stop})
        metadata = {"usage": self._usage, "metrics": {"latencyMs": LATENCY_MS}}
        yield 0.0, event("metadata", metadata)

    @property
    def _usage(self) -> dict[str, int]:
        total = self.read + self.written
        return {"inputTokens": self.read, "outputTokens": self.written, "totalTokens": total}


def reply_to(request: Request, moves: Moves) -> Reply:
    """Ends with max_tokens where the moves are longer than what the call allows."""
    most = request.document.get("inferenceConfig", {}).get("maxTokens", NO_LIMIT)
    left, cut = most * LETTERS_OF_A_TOKEN, False
    blocks: list[dict[str, Any]] = []
    pauses: list[float] = []
    for at, move in enumerate(moves):
        if cut or not isinstance(move, Say | Use):
            continue
        text = move.say if isinstance(move, Say) else _input(move)
        text, cut = text[:left], len(text) > left
        left -= len(text)
        blocks.append({"text": text} if isinstance(move, Say) else _use(move, text, request, at))
        pauses.append(move.seconds if isinstance(move, Say) else 0.0)
    told = next((each.stop for each in moves if isinstance(each, Stop)), None)
    uses = any("toolUse" in each for each in blocks)
    return Reply(
        blocks=blocks,
        pauses=pauses,
        stop="max_tokens" if cut else told or ("tool_use" if uses else "end_turn"),
        fail=next((each for each in moves if isinstance(each, Fail)), None),
        read=tokens_of(request.document),
        written=tokens_of(blocks) if blocks else 0,
    )


def _input(move: Use) -> str:
    return json.dumps(move.asked, ensure_ascii=False) if move.raw is None else move.raw


def _use(move: Use, raw: str, request: Request, at: int) -> dict[str, Any]:
    """An input that is no JSON object is empty in Converse, and as it is in a stream."""
    try:
        asked = json.loads(raw)
    except ValueError:
        asked = None
    asked = asked if isinstance(asked, dict) else {}
    return {
        "toolUse": {
            "toolUseId": move.id or _id(request, at),
            "name": move.use,
            "input": asked,
            "raw": raw,
        }
    }


def _id(request: Request, at: int) -> str:
    """Another one in each conversation, and for each use in it."""
    place = json.dumps([request.messages, at], sort_keys=True, default=str)
    return f"tooluse_{hashlib.sha256(place.encode()).hexdigest()[:22]}"
