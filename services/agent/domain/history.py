"""The history as it is told to the model: repaired, cut, and divided where it gets long.

Bedrock refuses a whole conversation for one tool call without its result. So the history is
repaired before each call, whatever was stored.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from services.agent.domain.chat import (
    Block,
    Json,
    Message,
    Said,
    Speaker,
    ToolResult,
    ToolUse,
)

MOST_RESULT = 8_000  # bytes of what one tool tells, as JSON
# Stands between results of tools and the user's next words: some models take no message with both.
BROKE_OFF = "(My answer broke off here.)"
NO_RESULT: Json = {"problem": "This was not answered. Ask again if it still matters."}
USERS, MODELS = (Said, ToolResult), (Said, ToolUse)  # blocks that each side may have


def repaired(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Bedrock takes it: the first message is the user's, the sides alternate, each ToolUse has one
    result in the message that follows, without any text, and no result is of anything else."""
    told: list[Message] = []
    for by, blocks in _sides(messages):
        if by is Speaker.USER:
            uses = _uses(told[-1]) if told else ()
            _tell(told, by, [*_results(uses, blocks)])
            texts = [*_texts(blocks)]
            if texts and told and _has_results(told[-1]):
                _tell(told, Speaker.MODEL, [Said(BROKE_OFF)])
            _tell(told, by, texts)
        elif told:
            known = {use.id for message in told for use in _uses(message)}
            _tell(told, by, [*_texts(blocks), *_new(blocks, known)])
    if told and _uses(told[-1]):
        _tell(told, Speaker.USER, [*_results(_uses(told[-1]), ())])
    return tuple(told)


def _sides(messages: Sequence[Message]) -> Iterator[tuple[Speaker, Sequence[Block]]]:
    """What each side said until the other one did."""
    fit = [(each.by, _fitting(each)) for each in messages]
    for by, group in groupby((each for each in fit if each[1]), key=lambda each: each[0]):
        yield by, [block for _, blocks in group for block in blocks]


def _fitting(message: Message) -> Sequence[Block]:
    kinds = USERS if message.by is Speaker.USER else MODELS
    return [
        block
        for block in message.blocks
        if isinstance(block, kinds) and not (isinstance(block, Said) and not block.text.strip())
    ]


def _texts(blocks: Sequence[Block]) -> Iterator[Said]:
    return (block for block in blocks if isinstance(block, Said))


def _new(blocks: Sequence[Block], known: set[str]) -> Iterator[ToolUse]:
    for block in blocks:
        if isinstance(block, ToolUse) and block.id not in known:
            known.add(block.id)
            yield block


def _uses(message: Message) -> Sequence[ToolUse]:
    return [block for block in message.blocks if isinstance(block, ToolUse)]


def _has_results(message: Message) -> bool:
    return any(isinstance(block, ToolResult) for block in message.blocks)


def _results(uses: Sequence[ToolUse], blocks: Sequence[Block]) -> Iterator[ToolResult]:
    """One for each, the first that was told."""
    found = {each.id: each for each in reversed(blocks) if isinstance(each, ToolResult)}
    return (found.get(use.id) or ToolResult(use.id, NO_RESULT, failed=True) for use in uses)


def _tell(told: list[Message], by: Speaker, blocks: Sequence[Block]) -> None:
    if told and blocks and told[-1].by is by:
        told[-1] = Message(by, (*told[-1].blocks, *blocks))
    elif blocks:
        told.append(Message(by, tuple(blocks)))


def cut(told: Json, most: int = MOST_RESULT) -> Json:
    """As it is, or its beginning as text, with how much is missing."""
    text = _json(told).encode()
    if len(text) <= most:
        return told
    kept = text[: most // 2].decode(errors="ignore")  # JSON within JSON takes twice as much
    return {"beginning": kept, "bytes_left_out": len(text) - len(kept.encode())}


def as_data(told: Json) -> str:
    """As text of a message that is told as data."""
    return _json(told)


def size_of(messages: Sequence[Message]) -> int:
    """Bytes, about as JSON."""
    return sum(_size(block) for message in messages for block in message.blocks)


def _size(block: Block) -> int:
    match block:
        case Said(text):
            return len(text.encode())
        case ToolUse(_, name, asked):
            return len(name) + len(_json(asked).encode())
        case ToolResult(_, told):
            return len(_json(told).encode())


def as_text(messages: Sequence[Message], most: int, most_result: int) -> str:
    """The last ones of them as JSON, to be told as data: without calls, with results cut short."""
    lines: list[str] = []
    for message in reversed(messages):
        for block in reversed(message.blocks):
            line = _line(message.by, block, most_result)
            most -= len(line.encode())
            if most < 0:
                return "\n".join(reversed(lines))
            lines.append(line)
    return "\n".join(reversed(lines))


def _line(by: Speaker, block: Block, most_result: int) -> str:
    match block:
        case Said(text):
            return _json({"by": by.value, "said": text})
        case ToolUse(_, name, asked):
            return _json({"looked_at": name, "asked": cut(asked, most_result)})
        case ToolResult(_, told):
            return _json({"was_told": cut(told, most_result)})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
