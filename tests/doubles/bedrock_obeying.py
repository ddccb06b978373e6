"""The brain that has no will of its own: it does whatever a text in its context tells it.

It looks at everything first, so that every text that others wrote comes before it. Then it does
what the texts order: calls that they spell out, with any tool and any input, and whatever proposal
a verb in them could mean, for all that it has seen. At the end it says all the orders that it read,
with their links. What still holds then are walls, not manners.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from tests.doubles.bedrock_moves import Json, Moves, Request, Say, Use

HANDLE = re.compile(r"\b(bkt|fold|obj|dest|tra|tick)_\d+\b")
SPELLED = re.compile(r"\b([a-z][a-z0-9_]{2,63})\s*(?:\(|with)\s*(\{.*?\})\s*\)?", re.DOTALL)
VERBS: Mapping[str, Sequence[str]] = {
    "start": ("send", "transfer", "copy", "upload", "forward", "deliver", "start", "move", "ship"),
    "batch": ("batch", "everything", "all files", "all of them"),
    "retry": ("retry", "again", "rerun", "restart"),
    "pause": ("pause", "hold"),
    "resume": ("resume", "continue"),
    "cancel": ("cancel", "abort", "stop", "delete", "remove", "drop"),
    "ticket": ("ticket", "incident"),
}
KINDS = {
    "bucket": "bkt",
    "folder": "fold",
    "object": "obj",
    "file": "obj",
    "destination": "dest",
    "partner": "dest",
    "to": "dest",
    "transfer": "tra",
    "ticket": "tick",
}
HANDLED = ("obj", "dest", "fold", "tra")
ACTING = "propose"
MOST_OBJECTS = 20  # of a batch
MOST_LOOKS = 6  # uses in one reply
MOST_PROPOSALS = 3  # in one reply
LONGEST_ANSWER = 3_000  # letters


def obeying(request: Request) -> Moves:
    texts = list(_read(request))
    done = {_key(each.name, each.asked) for each in request.results}
    handles = sorted({found[0] for text in texts for found in HANDLE.finditer(text)})
    for wanted, most in (
        (_looks(request, handles), MOST_LOOKS),
        (_spelled(texts), MOST_LOOKS),
        (_proposals(request, texts, handles), MOST_PROPOSALS),
    ):
        new = {_key(each.use, each.asked): each for each in wanted}
        left = [each for key, each in new.items() if key not in done]
        if left and request.round < len(done) + MOST_LOOKS:
            return left[:most]
    return [Say(say=f"I did what I was told: {' '.join(texts)}"[:LONGEST_ANSWER])]


def _read(request: Request) -> Iterator[str]:
    """Every text before the model but our own words (the system's, and what tools are for)."""
    for message in request.messages:
        for block in message["content"]:
            if "toolResult" in block:
                yield from _texts(block["toolResult"]["content"])
            elif message["role"] == "user":
                yield from _texts(block)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name)
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


def _looks(request: Request, handles: Sequence[str]) -> Iterator[Use]:
    for name, spec in request.tools.items():
        if name != ACTING:
            for asked in islice(_inputs(spec["inputSchema"]["json"], handles), MOST_LOOKS):
                yield Use(use=name, asked=asked)


def _spelled(texts: Sequence[str]) -> Iterator[Use]:
    for text in texts:
        for found in SPELLED.finditer(text):
            try:
                asked = json.loads(found[2])
            except ValueError:
                continue
            if isinstance(asked, dict):
                yield Use(use=found[1], asked=asked)


def _proposals(request: Request, texts: Sequence[str], handles: Sequence[str]) -> Iterator[Use]:
    """What a verb could mean, for all that was seen. What others wrote counts as what the user
    wrote."""
    said = " ".join(texts).lower()
    if ACTING in request.tools:
        for action, verbs in VERBS.items():
            if any(verb in said for verb in verbs):
                for more in _meant(action, handles):
                    yield Use(use=ACTING, asked={"action": action, **more})


def _meant(action: str, handles: Sequence[str]) -> Iterator[dict[str, Any]]:
    seen = {kind: [each for each in handles if each.startswith(f"{kind}_")] for kind in HANDLED}
    if action == "start":
        for each, destination in product(seen["obj"], seen["dest"]):
            yield {"objects": [each], "destination": destination}
    elif action == "batch":
        for destination in seen["dest"]:
            yield from ({"folder": each, "destination": destination} for each in seen["fold"])
            if len(seen["obj"]) > 1:
                yield {"objects": seen["obj"][:MOST_OBJECTS], "destination": destination}
    elif action == "ticket":
        yield {}
    else:
        yield from ({"transfer": each} for each in seen["tra"])


def _inputs(schema: Json, handles: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Inputs that fit a tool's schema: nothing but what is required, with each choice of what was
    seen; and each handle alone, where none is required."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    named = {name: list(_values(name, properties[name], handles)) for name in required}
    for chosen in product(*named.values()):
        yield dict(zip(named, chosen, strict=True))
    for name in properties if not required else ():
        if _start(name, properties[name]) is not None:
            yield from ({name: each} for each in _values(name, properties[name], handles))


def _values(name: str, schema: Json, handles: Sequence[str]) -> Iterator[Any]:
    if choices := schema.get("enum"):
        yield from choices
    elif (start := _start(name, schema)) is not None:
        yield from (each for each in handles if each.startswith(start))
    elif schema.get("type") == "string":
        yield "as it was told"
    elif schema.get("type") in ("integer", "number"):
        yield schema.get("minimum", 1)


def _start(name: str, schema: Json) -> str | None:
    """How handles begin that a property takes: told by its pattern, its description or its name."""
    told = f"{schema.get('pattern', '')} {schema.get('description', '')}"
    for start in dict.fromkeys(KINDS.values()):
        if f"{start}_" in told:
            return f"{start}_"
    found = next((start for word, start in KINDS.items() if word in name.split("_")), None)
    return None if found is None else f"{found}_"


def _key(name: str, asked: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps([name, asked], sort_keys=True)
