"""Messages in the shapes of Bedrock's Converse, as they are sent to it and as they are stored."""

from collections.abc import Mapping
from typing import Any

from services.agent.domain.chat import Block, Message, Said, Speaker, ToolResult, ToolUse


def to_converse(message: Message) -> dict[str, Any]:
    return {"role": message.by.value, "content": [_content(block) for block in message.blocks]}


def from_converse(sent: Mapping[str, Any]) -> Message:
    """Needs one of ours: a block of any other kind is a KeyError."""
    return Message(Speaker(sent["role"]), tuple(_block(each) for each in sent["content"]))


def _content(block: Block) -> dict[str, Any]:
    match block:
        case Said(text):
            return {"text": text}
        case ToolUse(id, name, asked):
            return {"toolUse": {"toolUseId": id, "name": name, "input": dict(asked)}}
        case ToolResult(id, told, failed):
            status = "error" if failed else "success"
            result = {"toolUseId": id, "content": [{"json": dict(told)}], "status": status}
            return {"toolResult": result}


def _block(content: Mapping[str, Any]) -> Block:
    if "text" in content:
        return Said(content["text"])
    if "toolUse" in content:
        use = content["toolUse"]
        return ToolUse(use["toolUseId"], use["name"], use["input"])
    result = content["toolResult"]
    return ToolResult(
        result["toolUseId"], result["content"][0]["json"], result["status"] == "error"
    )
