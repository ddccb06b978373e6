"""What a deployment does for the releases: before it, and after it."""

from infra.releases import has_releases
from infra.releases.cloudformation import STANDS, status_of
from infra.releases.facts import facts_of
from infra.releases.history import History, catch_up, plan, read_now
from infra.releases.pointers import ApiStage, Clients, pointers_of
from infra.stacks import Stack


class RollbackUnfinished(Exception):
    """A rollback was broken off. A deployment in the middle of it would be undone by its end."""


class StillChanging(Exception):
    """Something is under way in the stack already."""


def begin(stack: Stack, stage: str, clients: Clients) -> None:
    """Raises RollbackUnfinished, StillChanging."""
    if not has_releases(stack):
        return
    _require_quiet(stack.deployed_name(stage), clients)
    history = History(stack, stage, clients("ssm"))
    if (begun := history.begun()) is not None:
        raise RollbackUnfinished(
            f"A rollback of {stack.name} to release {begun.to} was begun and not ended. End it"
            f" first: make rollback-{stack.name} STAGE={stage}"
        )
    _catch_up(stack, stage, history, clients)
    plan(history, facts_of(stack))


def _require_quiet(name: str, clients: Clients) -> None:
    status = status_of(name, clients("cloudformation")) or ""
    # A change set that nobody executed leaves REVIEW_IN_PROGRESS, and SAM goes on from there.
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise StillChanging(f"{name} is {status}. Wait until that has ended, and deploy again.")


def end(stack: Stack, stage: str, clients: Clients) -> None:
    """Also after a deployment that failed. Then what was planned is forgotten."""
    if has_releases(stack):
        _catch_up(stack, stage, History(stack, stage, clients("ssm")), clients)


def _catch_up(stack: Stack, stage: str, history: History, clients: Clients) -> None:
    name = stack.deployed_name(stage)
    pointers = pointers_of(name, clients)
    stands = status_of(name, clients("cloudformation")) in STANDS
    if stands:
        for pointer in pointers:
            if isinstance(pointer, ApiStage):
                pointer.keep()
    catch_up(history, read_now(pointers), deployed=stands)
