"""Whether Slack takes these blocks: their limits, as Block Kit's reference has them.

The blocks of messages that tell something are known: section, header, context, divider, actions,
image. Others are refused here, which Slack would not do.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MOST_BLOCKS, MOST_FIELDS, MOST_IN_CONTEXT, MOST_BUTTONS = 50, 10, 10, 25
SECTION_TEXT, FIELD_TEXT, HEADER_TEXT, BUTTON_TEXT = 3_000, 2_000, 150, 75
CONTEXT_TEXT, ALT_TEXT, LONGEST_URL, LONGEST_ID = 3_000, 2_000, 3_000, 255
KNOWN = {
    "section": ("text", "fields", "accessory", "expand"),
    "header": ("text",),
    "context": ("elements",),
    "divider": (),
    "actions": ("elements",),
    "image": ("image_url", "alt_text", "title"),
}
BUTTON = ("type", "text", "action_id", "url", "value", "style", "accessibility_label")


def problems_of(blocks: object) -> list[str]:
    """Sentences, each with the place; none where all is well."""
    if not isinstance(blocks, list):
        return ["blocks: it is no list"]
    problems = [each for number, block in enumerate(blocks) for each in _block(block, number)]
    if len(blocks) > MOST_BLOCKS:
        problems.append(f"blocks: no more than {MOST_BLOCKS} items allowed")
    ids = [each["block_id"] for each in blocks if isinstance(each, dict) and "block_id" in each]
    if len(set(map(str, ids))) < len(ids):
        problems.append("blocks: block_id must be unique")
    return problems


def _block(block: object, number: int) -> Iterator[str]:
    where = f"blocks[{number}]"
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(block, dict) or kind not in KNOWN:
        yield f"{where}: unsupported type: {kind}"
        return
    yield from _only(block, (*KNOWN[str(kind)], "type", "block_id"), where)
    if len(str(block.get("block_id", ""))) > LONGEST_ID:
        yield f"{where}.block_id: it has more than {LONGEST_ID} characters"
    if kind == "section":
        yield from _section(block, where)
    elif kind == "header":
        yield from _text(block.get("text"), HEADER_TEXT, f"{where}.text", plain=True)
    elif kind == "context":
        yield from _elements(block, MOST_IN_CONTEXT, ("image", "plain_text", "mrkdwn"), where)
    elif kind == "actions":
        yield from _elements(block, MOST_BUTTONS, ("button",), where)
    elif kind == "image":
        yield from _image(block, where)


def _section(block: Mapping[str, Any], where: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{where}: missing required field: text"
    if "text" in block:
        yield from _text(block["text"], SECTION_TEXT, f"{where}.text")
    fields = block.get("fields", [{"type": "plain_text", "text": "none"}])
    if not isinstance(fields, list) or not 1 <= len(fields) <= MOST_FIELDS:
        yield f"{where}.fields: it takes 1 to {MOST_FIELDS}"
        return
    for number, field in enumerate(fields):
        yield from _text(field, FIELD_TEXT, f"{where}.fields[{number}]")
    if "accessory" in block:
        yield from _element(block["accessory"], ("button", "image"), f"{where}.accessory")


def _elements(
    block: Mapping[str, Any], most: int, kinds: tuple[str, ...], where: str
) -> Iterator[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        yield f"{where}.elements: it takes 1 to {most}"
        return
    for number, each in enumerate(elements):
        yield from _element(each, kinds, f"{where}.elements[{number}]")


def _element(element: object, kinds: tuple[str, ...], where: str) -> Iterator[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in kinds:
        yield f"{where}: unsupported type: {kind}"
    elif kind == "button":
        yield from _only(element, BUTTON, where)
        yield from _text(element.get("text"), BUTTON_TEXT, f"{where}.text", plain=True)
        yield from _url(element.get("url", "https://none.example"), f"{where}.url")
        if element.get("style", "primary") not in ("primary", "danger"):
            yield f"{where}.style: it is primary or danger"
    elif kind == "image":
        yield from _image(element, where)
    else:
        yield from _text(element, CONTEXT_TEXT, where)


def _image(image: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from _url(image.get("image_url"), f"{where}.image_url")
    alt = image.get("alt_text")
    if not isinstance(alt, str) or len(alt) > ALT_TEXT:
        yield f"{where}.alt_text: it takes at most {ALT_TEXT} characters"


def _url(url: object, where: str) -> Iterator[str]:
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        yield f"{where}: it is no address"
    elif len(url) > LONGEST_URL:
        yield f"{where}: it has more than {LONGEST_URL} characters"


def _text(text: object, longest: int, where: str, *, plain: bool = False) -> Iterator[str]:
    kinds = {"plain_text": ("type", "text", "emoji"), "mrkdwn": ("type", "text", "verbatim")}
    kind = text.get("type") if isinstance(text, dict) else None
    if not isinstance(text, dict) or kind not in kinds or (plain and kind != "plain_text"):
        yield f"{where}: unsupported type: {kind}"
        return
    yield from _only(text, kinds[str(kind)], where)
    words = text.get("text")
    if not isinstance(words, str) or not 1 <= len(words) <= longest:
        yield f"{where}.text: it takes 1 to {longest} characters"


def _only(thing: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[str]:
    for name in thing:
        if name not in known:
            yield f"{where}: invalid additional property: {name}"
