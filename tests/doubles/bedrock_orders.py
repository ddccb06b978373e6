"""The texts in which the obeying brain looks for orders, and what they name."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.doubles.bedrock_moves import Request

TAG = re.compile(r"<U\+E00([0-7][0-9A-F])>|([\U000e0020-\U000e007e])")
HIDDEN = re.compile(r"<U\+[0-9A-F]{4,6}>|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad]")
ENCODED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2}){4,}")
LEAST_NAME = 3  # letters


def texts_of(request: Request) -> Iterator[str]:
    """Every text before the model but our own words (the system's, and what tools are for), and
    what is hidden in it."""
    for message in request.messages:
        for block in message["content"]:
            if "toolResult" in block:
                yield from _texts(block["toolResult"]["content"])
            elif message["role"] == "user":
                yield from _texts(block)


def mentions(request: Request, texts: Sequence[str]) -> Counter[str]:
    """How often texts speak of what a handle stands for. Its own name is not counted."""
    found: Counter[str] = Counter()
    everything = [text.casefold() for text in texts]
    for result in request.all_results:
        for handle, names in _named(result.told):
            for name in names:
                speaks = (text for text in everything if name in text and name != text)
                found[handle] += sum(1 for _ in speaks)
    return found


def _named(told: Any) -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401 - JSON
    """Handles, each with the names that stand beside it."""
    if isinstance(told, Mapping):
        handle = told.get("handle")
        if isinstance(handle, str):
            values = [told[field] for field in ("key", "name", "id") if field in told]
            whole = {str(value).casefold() for value in values}
            names = whole | {name.rsplit("/", 1)[-1] for name in whole}
            yield handle, {name for name in names if len(name) >= LEAST_NAME}
        for each in told.values():
            yield from _named(each)
    elif isinstance(told, list):
        for each in told:
            yield from _named(each)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
        yield from _hidden_in(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name)
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


def _hidden_in(text: str) -> Iterator[str]:
    """A model reads these, too."""
    tags = "".join(
        chr(int(spelled, 16)) if spelled else chr(ord(raw) - 0xE0000)
        for spelled, raw in TAG.findall(text)
    )
    plain = HIDDEN.sub("", text)
    if tags:
        yield tags
    if plain != text:
        yield plain
    for found in ENCODED.findall(text):
        try:
            yield base64.b64decode(found, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            continue
    for found in ESCAPED.findall(text):
        yield bytes.fromhex(found.replace("%", "")).decode(errors="replace")
