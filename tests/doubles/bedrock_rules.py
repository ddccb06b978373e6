"""What Bedrock refuses of a call of Converse, with 400 and its own words where they are known.

The rules of all models are taken together: text and results of tools may not stand in one message
(some models take it), and the last message is the user's (older models take an answer's beginning).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.doubles.bedrock_moves import Json

MODEL = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?|arn:aws(-[a-z-]+)?:bedrock:\S+")
ID, NAME = re.compile(r"[a-zA-Z0-9_.:-]{1,64}"), re.compile(r"[a-zA-Z0-9_-]{1,64}")
GUARDRAIL = re.compile(r"[a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/.+")
VERSION = re.compile(r"[1-9][0-9]{0,7}|DRAFT")
STATUSES = ("success", "error")
KNOWN = {
    *("messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig"),
    *("additionalModelRequestFields", "requestMetadata", "performanceConfig", "serviceTier"),
}
LETTERS_OF_A_TOKEN = 4  # a usual guess
MOST_TOKENS = 64_000  # that a reply may have


class Invalid(Exception):
    """400 ValidationException."""


def check(model: str, document: Any, window: int) -> None:  # noqa: ANN401 - JSON of others
    """Raises Invalid. `window` is how many tokens the model can read."""
    _must(MODEL.fullmatch(model), "The provided model identifier is invalid.")
    _must(isinstance(document, dict), "The request body is no JSON object.")
    unknown = sorted(set(document) - KNOWN)
    _must(not unknown, f"The double knows no field {', '.join(unknown)} of Converse.")
    messages = document.get("messages")
    _must(isinstance(messages, list) and messages, "The messages field is empty.")
    for at, message in enumerate(messages):
        _check_message(f"messages.{at}.content", message)
    _check_roles([each["role"] for each in messages])
    for at, message in enumerate(messages):
        before = messages[at - 1]["content"] if at else []
        _check_pairs(f"messages.{at}.content", before, message["content"])
    _check_tools(document, messages)
    _check_rest(document)
    _must(tokens_of(document) <= window, "Input is too long for requested model.")


def tokens_of(document: Any) -> int:  # noqa: ANN401 - JSON
    """About so many: the text of all that a model reads."""
    if isinstance(document, str):
        return max(1, len(document) // LETTERS_OF_A_TOKEN)
    if isinstance(document, Mapping):
        return sum(tokens_of(name) + tokens_of(each) for name, each in document.items())
    if isinstance(document, Sequence):
        return sum(map(tokens_of, document))
    return 1


def _check_message(where: str, message: Json) -> None:
    _must(isinstance(message, dict), f"{where}: a message is an object.")
    role, content = message.get("role"), message.get("content")
    _must(role in ("user", "assistant"), f"{where}: the role {role!r} is not user or assistant.")
    where_it_is = where.removesuffix(".content")
    _must(
        isinstance(content, list) and content,
        f"The content field in the Message object at {where_it_is} is empty. Add a ContentBlock"
        " object to the content field and try again.",
    )
    for at, block in enumerate(content or ()):
        _must(isinstance(block, dict) and len(block) == 1, f"{where}.{at}: one kind of block.")
        [(kind, value)] = block.items()
        _must(kind in BLOCKS, f"{where}.{at}: the double knows no block {kind!r}.")
        by, judge = BLOCKS[kind]
        _must(role in by, f"{where}.{at}: {kind} cannot stand in a message of the role {role}.")
        judge(f"{where}.{at}", value)
    kinds = {kind for block in content or () for kind in block}
    _must(
        not kinds >= {"text", "toolResult"},
        f"{where}: Conversation blocks and tool result blocks cannot be provided in the same turn.",
    )


def _check_text(where: str, text: Any) -> None:  # noqa: ANN401
    _must(
        isinstance(text, str) and text.strip(),
        f"The text field in the ContentBlock object at {where} is blank. Add text to the text"
        " field, and try again.",
    )


def _check_use(where: str, use: Any) -> None:  # noqa: ANN401
    _must(isinstance(use, dict), f"{where}.toolUse is no object.")
    _check_id(f"{where}.toolUse.toolUseId", use.get("toolUseId"))
    _must(_fits(NAME, use.get("name")), _pattern(f"{where}.toolUse.name", use.get("name"), NAME))
    _must(
        isinstance(use.get("input"), dict),
        f"The format of the value at {where}.toolUse.input is invalid. Provide a json object for"
        " the field and try again.",
    )


def _check_result(where: str, result: Any) -> None:  # noqa: ANN401
    _must(isinstance(result, dict), f"{where}.toolResult is no object.")
    _check_id(f"{where}.toolResult.toolUseId", result.get("toolUseId"))
    content, status = result.get("content"), result.get("status", "success")
    _must(isinstance(content, list), f"{where}.toolResult.content is no list.")
    _must(status in STATUSES, f"{where}.toolResult.status is {status!r}, not success or error.")
    _must(
        content or status != "error",
        f"The content field at {where}.toolResult cannot be empty when status value is error.",
    )
    for at, each in enumerate(content or ()):
        kinds = set(each) if isinstance(each, dict) else set()
        there = f"{where}.toolResult.content.{at}"
        _must(kinds in ({"text"}, {"json"}), f"{there}: text or json is expected.")
        _must(
            "text" in kinds or isinstance(each["json"], dict),
            f"The format of the value at {there}.json is invalid. Provide a json object for the"
            " field and try again.",
        )


BLOCKS: Mapping[str, tuple[tuple[str, ...], Callable[[str, Any], None]]] = {
    "text": (("user", "assistant"), _check_text),
    "toolUse": (("assistant",), _check_use),
    "toolResult": (("user",), _check_result),
}


def _check_roles(roles: Sequence[str]) -> None:
    _must(
        roles[0] == "user",
        "A conversation must start with a user message. Try again with a conversation that starts"
        " with a user message.",
    )
    _must(
        all(one != other for one, other in pairwise(roles)),
        "A conversation must alternate between user and assistant roles. Make sure the conversation"
        " alternates between user and assistant roles and try again.",
    )
    _must(
        roles[-1] == "user",
        "This model does not support assistant message prefill. The conversation must end with a"
        " user message.",
    )


def _check_pairs(where: str, before: Sequence[Json], content: Sequence[Json]) -> None:
    """Each toolUse is answered once in the message behind it, and nothing else is."""
    wanted = [each["toolUse"]["toolUseId"] for each in before if "toolUse" in each]
    told = [each["toolResult"]["toolUseId"] for each in content if "toolResult" in each]
    missing = [each for each in wanted if each not in told]
    _must(
        not missing,
        f"Expected toolResult blocks at {where} for the following Ids: {', '.join(missing)}",
    )
    _must(
        len(told) <= len(wanted),
        f"The number of toolResult blocks at {where} exceeds the number of toolUse blocks of"
        " previous turn.",
    )
    _must(
        len(set(told)) == len(told) and set(told) == set(wanted),
        f"The toolResult blocks at {where} are not those of the toolUse blocks before them.",
    )


def _check_tools(document: Json, messages: Sequence[Json]) -> None:
    config = document.get("toolConfig")
    kinds = {kind for message in messages for block in message["content"] for kind in block}
    _must(
        config is not None or not kinds & {"toolUse", "toolResult"},
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    )
    if config is None:
        return
    tools = config.get("tools")
    _must(isinstance(tools, list) and tools, "toolConfig.tools has at least one tool.")
    names: set[str] = set()
    for at, tool in enumerate(tools):
        where, spec = f"toolConfig.tools.{at}.toolSpec", tool.get("toolSpec") or {}
        name, schema = spec.get("name"), (spec.get("inputSchema") or {}).get("json") or {}
        _must(_fits(NAME, name), _pattern(f"{where}.name", name, NAME))
        _must(name not in names, f"{where}: there are two tools of the name {name}.")
        _must(spec.get("description", "x"), f"{where}.description is empty.")
        _must(
            schema.get("type") == "object",
            f"The value at {where}.inputSchema.json.type must be one of the following: object.",
        )
        names.add(str(name))


def _check_rest(document: Json) -> None:
    for at, each in enumerate(document.get("system", ())):
        _check_text(f"system.{at}", each.get("text"))
    most = document.get("inferenceConfig", {}).get("maxTokens", 1)
    _must(
        isinstance(most, int) and 1 <= most <= MOST_TOKENS,
        f"The maximum tokens you requested exceeds the model limit of {MOST_TOKENS}. Try again with"
        f" a maximum tokens value that is lower than {MOST_TOKENS}.",
    )
    guardrail = document.get("guardrailConfig")
    if guardrail is not None:
        known = _fits(GUARDRAIL, guardrail.get("guardrailIdentifier"))
        right = known and _fits(VERSION, guardrail.get("guardrailVersion"))
        _must(right, "The guardrail identifier or version provided in the request does not exist.")


def _check_id(where: str, value: Any) -> None:  # noqa: ANN401
    _must(_fits(ID, value), _pattern(where, value, ID))


def _fits(pattern: "re.Pattern[str]", value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _pattern(where: str, value: object, pattern: "re.Pattern[str]") -> str:
    return (
        f"1 validation error detected: Value {value!r} at '{where}' failed to satisfy constraint:"
        f" Member must satisfy regular expression pattern: {pattern.pattern}"
    )


def _must(right: object, message: str) -> None:
    if not right:
        raise Invalid(message)
