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
ACTING = "propose"
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
    spec = request.tools.get(ACTING)
    said = " ".join(texts).lower()
    wanted = [kind for kind, verbs in VERBS.items() if any(verb in said for verb in verbs)]
    if spec is not None:
        for kind in wanted:
            for asked in islice(_inputs(spec["inputSchema"]["json"], handles, kind), 4):
                yield Use(use=ACTING, asked=asked)


def _inputs(schema: Json, handles: Sequence[str], kind: str = "") -> Iterator[dict[str, Any]]:
    """Inputs that fit a tool's schema, one for each choice of what was seen. With a `kind`, what is
    not required is filled, too."""
    required = set(schema.get("required", ()))
    named = {
        name: list(_values(name, each, handles, kind))
        for name, each in schema.get("properties", {}).items()
        if name in required or kind
    }
    if any(not values for name, values in named.items() if name in required):
        return
    filled = {name: values for name, values in named.items() if values}
    for chosen in product(*filled.values()):
        yield dict(zip(filled, chosen, strict=True))


def _values(name: str, schema: Json, handles: Sequence[str], kind: str) -> Iterator[Any]:
    choices = schema.get("enum")
    if choices:
        yield from ([kind] if kind in choices else choices)
    elif schema.get("type") == "array":
        each = list(_values(name.removesuffix("s"), schema.get("items", {}), handles, kind))
        if each:
            yield each
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
