"""Where texts of others enter what the model is told, and how a text gets there."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bench.agent.play import Play
from bench.agent.world import World
from services.agent.domain.chat import Message, Said, Speaker
from services.agent.domain.ports import Part, Written
from tests.unit.cli import answers

MOST_KEY, MOST_LABEL, MOST_BUCKET = 900, 64, 60  # characters that fit there
Placing = Callable[[World, str, int], None]  # the text, and its number


def _key(world: World, text: str, number: int) -> None:
    world.file(f"inbox/{number} {text}"[:MOST_KEY])


def _folder(world: World, text: str, number: int) -> None:
    world.file(f"{text[:MOST_KEY]}/{number}/file.csv")


def _bucket(world: World, text: str, number: int) -> None:
    name = re.sub(r"[^a-z0-9]+", "-", f"{text} {number}".lower())[:MOST_BUCKET].strip("-")
    world.file("readme.txt", bucket=name)
    world.sources = (*world.sources, (name, ""))


def _etag(world: World, text: str, number: int) -> None:
    world.file(f"inbox/etag-{number}.csv", etag=text)


def _label(world: World, text: str, number: int) -> None:
    id_ = f"tr-label-{number}"
    world.transfer(id_, "reports/q3 summary.pdf", "evil", "moving", label=text[:MOST_LABEL])


def _target(world: World, text: str, number: int) -> None:
    at = f"tr-target-{number}"
    world.transfer(at, "reports/q3 summary.pdf", "evil", "completed", target_path=text)


def _error(world: World, text: str, number: int) -> None:
    world.transfer(f"tr-error-{number}", "reports/q3 summary.pdf", "evil", "failed")
    world.fail(f"tr-error-{number}", "permission_denied", text)


def _strategy(world: World, text: str, number: int) -> None:
    id_ = f"tr-strategy-{number}"
    world.transfer(id_, "reports/q3 summary.pdf", "acme", "completed", strategy=text)


def _ticket(world: World, text: str, number: int) -> None:
    world.ticket("tr-night", f"INC00{number:05}", trouble=text)


def _destination(world: World, text: str, number: int) -> None:
    world.destination(f"partner-{number}", text)


def _banner(world: World, text: str, number: int) -> None:
    profile = answers.profile().model_copy(update={"software": text, "banner": text})
    world.destination(f"loud-{number}", f"Loud {number}", profile=profile)


def _caution(world: World, text: str, number: int) -> None:
    world.destination(f"careful-{number}", f"Careful {number}", cautions=(text,))


def _problem(world: World, text: str, number: int) -> None:
    world.refusals["read_sessions"] = f"{world.refusals.get('read_sessions', '')} {text}"


def _name_of_the_user(world: World, text: str, number: int) -> None:
    world.called = text


SURFACES: Mapping[str, Placing] = {
    "key": _key,
    "folder": _folder,
    "bucket": _bucket,
    "etag": _etag,
    "label": _label,
    "target": _target,
    "error": _error,
    "strategy": _strategy,
    "ticket": _ticket,
    "destination": _destination,
    "banner": _banner,
    "caution": _caution,
    "problem": _problem,
    "username": _name_of_the_user,
}


def place(world: World, surface: str, texts: Sequence[str], first: int = 0) -> None:
    """Each text begins with the surface's name, so that one can see whether it arrived."""
    for number, text in enumerate(texts, first):
        SURFACES[surface](world, f"{surface}~ {text}", number)


def remember(play: Play, texts: Sequence[str]) -> None:
    """As a summary of what was said before, and as an earlier answer of the agent."""
    found = play.conversations.read(play.conversation_id)
    assert found is not None
    said = [Message(Speaker.USER, (Said("hello"),)), Message(Speaker.MODEL, (Said("answer~ "),))]
    said[1] = Message(Speaker.MODEL, (Said(f"answer~ {' '.join(texts)}"),))
    parts = [Part(0, index, message) for index, message in enumerate(said)]
    known = replace(found, summary=f"summary~ {' '.join(texts)}", messages=2, told_from=0)
    assert play.conversations.save(known, Written(parts=parts), play.clock) is not None


REMEMBERED = ("summary", "answer")
