"""Whether a card is an Adaptive Card 1.2 that Teams shows."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.teams_elements import (
    ACTIONS,
    ANY_ACTION,
    ANY_ELEMENT,
    CARD,
    ELEMENTS,
    NEEDED,
    PARTS,
    Check,
)

MOST_ACTIONS = 6  # Teams hides more
SIMPLE: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
}


def problems_of(card: object) -> list[str]:
    """Sentences, each with the place; none where all is well."""
    return list(_card(card, "card"))


def _card(card: object, where: str) -> Iterator[str]:
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        yield f"{where}: Property 'type' must be 'AdaptiveCard'"
        return
    needed = NEEDED["AdaptiveCard"] if where == "card" else ()
    yield from _properties(card, CARD, where, needed)
    if not card.get("body") and not card.get("actions"):
        yield f"{where}: it shows nothing"
    if where == "card":
        yield from _mentions(card)


def _mentions(card: Mapping[str, Any]) -> Iterator[str]:
    """Teams refuses a mention whose text stands nowhere."""
    teams = card.get("msteams", {})
    entities = teams.get("entities", []) if isinstance(teams, dict) else None
    if not isinstance(entities, list):
        yield "card.msteams: it is no object with a list of entities"
        return
    for number, entity in enumerate(entities):
        text = entity.get("text", "") if isinstance(entity, dict) else ""
        if not text or text not in str(card.get("body")):
            yield f"card.msteams.entities[{number}]: {text!r} stands in no text"


def _typed(
    thing: object,
    kinds: Mapping[str, Mapping[str, Check]],
    further: Mapping[str, Check],
    where: str,
) -> Iterator[str]:
    kind = thing.get("type") if isinstance(thing, dict) else None
    if not isinstance(thing, dict) or not isinstance(kind, str):
        yield f"{where}: it has no type"
    elif kind not in kinds:
        yield f"{where}: Teams does not show {kind} in a card 1.2 of a webhook"
    else:
        yield from _properties(thing, {**further, **kinds[kind]}, where, NEEDED.get(kind, ()))


def _part(thing: object, kind: str, where: str) -> Iterator[str]:
    if not isinstance(thing, dict) or thing.get("type", kind) != kind:
        yield f"{where}: it is no {kind}"
    else:
        yield from _properties(thing, PARTS[kind], where, NEEDED.get(kind, ()))


def _properties(
    thing: Mapping[str, Any], known: Mapping[str, Check], where: str, needed: tuple[str, ...]
) -> Iterator[str]:
    yield from (f"{where}: {name} is missing" for name in needed if name not in thing)
    for name, value in thing.items():
        if name == "type":
            continue
        if name not in known:
            yield f"{where}: there is no property {name} in 1.2"
        else:
            yield from _value(value, known[name], f"{where}.{name}")


def _value(value: object, check: Check, where: str) -> Iterator[str]:
    if isinstance(check, tuple):
        if str(value).lower() not in map(str.lower, check):
            yield f"{where}: {value!r} is none of {', '.join(check)}"
    elif check in SIMPLE:
        if not isinstance(value, SIMPLE[check]) or (check == "number" and value is True):
            yield f"{where}: it is no {check}"
    elif check in ("url", "background"):
        yield from _url(value, check, where)
    elif check == "action":
        yield from _typed(value, ACTIONS, ANY_ACTION, where)
    elif check == "card":
        yield from _card(value, where)
    elif check != "any":
        yield from _list(value, check, where)


def _url(value: object, check: str, where: str) -> Iterator[str]:
    if check == "background" and isinstance(value, dict):
        value = value.get("url")
    parts = urlsplit(value) if isinstance(value, str) else None
    if not parts or parts.scheme not in ("https", "http") or not parts.netloc:
        yield f"{where}: {value!r} is no absolute address"


def _list(value: object, check: str, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: it is no list"
        return
    if check == "actions" and len(value) > MOST_ACTIONS:
        yield f"{where}: Teams shows {MOST_ACTIONS} actions at most"
    for number, each in enumerate(value):
        place = f"{where}[{number}]"
        if check == "elements":
            yield from _typed(each, ELEMENTS, ANY_ELEMENT, place)
        elif check == "actions":
            yield from _typed(each, ACTIONS, ANY_ACTION, place)
        elif check == "inlines":
            yield from () if isinstance(each, str) else _part(each, "TextRun", place)
        else:
            yield from _part(each, check.removesuffix("[]"), place)
