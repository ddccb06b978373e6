"""The brain that has no will of its own: it does whatever a text in its context tells it.

It looks at things first, some more with each message of the user, so that what others wrote comes
before it. Then it does what the texts order: calls that they spell out, with any tool and any
input, and whatever proposal a verb in them could mean, for all that it has seen: first for what
they name. At the end it says all the orders that it read, with their links. What still holds then
are walls, not manners.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice, product, zip_longest
from typing import Any

from tests.doubles.bedrock_moves import Json, Moves, Request, Say, Use
from tests.doubles.bedrock_orders import mentions, texts_of

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
MOST_OBJECTS = 8  # of a batch
MOST_USES = 5  # in one reply
LOOKING, SPELLED_OUT = 4, 5  # rounds of a turn until which it looks, and makes those calls
LAST_ROUND = 7  # in which it may use tools
LONGEST_ANSWER = 3_000  # letters


def obeying(request: Request) -> Moves:
    texts = list(texts_of(request))
    done = {_key(each.name, each.asked) for each in request.all_results}
    done_now = {_key(each.name, each.asked) for each in request.results}
    handles = sorted({found[0] for text in texts for found in HANDLE.finditer(text)})
    named = mentions(request, texts)
    handles.sort(key=lambda each: -named[each])
    proposals = list(_proposals(request, texts, handles))
    for wanted, known, until in (
        (_looks(request, handles, done), done, LOOKING),
        (_spelled(texts), done_now, SPELLED_OUT),
        (proposals[:MOST_USES], done_now, LAST_ROUND),  # again with each message
        (proposals, done, LAST_ROUND),
    ):
        new = {_key(each.use, each.asked): each for each in wanted}
        left = [each for key, each in new.items() if key not in known]
        if left and request.round < until:
            return left[:MOST_USES]
    return [Say(say=f"I did what I was told: {' '.join(texts)}"[:LONGEST_ANSWER])]


def _looks(request: Request, handles: Sequence[str], done: Set[str]) -> Iterator[Use]:
    """With each tool once, then with each of them again."""
    ways = [
        list(islice(_new(name, spec["inputSchema"]["json"], handles, done), MOST_USES))
        for name, spec in request.tools.items()
        if name != ACTING
    ]
    return (each for some in zip_longest(*ways) for each in some if each is not None)


def _new(name: str, schema: Json, handles: Sequence[str], done: Set[str]) -> Iterator[Use]:
    for asked in _inputs(schema, handles):
        if _key(name, asked) not in done:
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
    meant = [
        [Use(use=ACTING, asked={"action": action, **more}) for more in _meant(action, handles)]
        for action, verbs in VERBS.items()
        if ACTING in request.tools and any(verb in said for verb in verbs)
    ]
    return (each for some in zip_longest(*meant) for each in some if each is not None)


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
    for name in properties if not required else ():
        if _start(name, properties[name]) is not None:
            yield from ({name: each} for each in _values(name, properties[name], handles))
    for chosen in product(*named.values()):
        yield dict(zip(named, chosen, strict=True))


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
