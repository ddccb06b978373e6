"""A profile says which rules of a storm apply, and which promises are judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from tests.storm.faults import FAULTS
from tests.storm.judge import PROMISES
from tests.storm.world import STEER

Rule = TypeVar("Rule", bound=Callable[..., Any])
STOPS = (
    "partner.connect",
    "partner.open_part",
    "partner.create_file",
    "partner.remove",
    "partner.rename",
    "partner.look",
    "sink.write",
    "sink.flush",
    "ledger.claim",
    "ledger.finish",
    "transfers.save",
    "transfers.read",
    "workflow.state",
    "slots.free",
)
STATES = ("MoveChunks", "VerifyTarget", "CommitTarget", "HandleError", "CleanUp", "StoreOutcome")
RULES = frozenset(
    {
        "advance",
        "sweep",
        "publish",
        "steer",
        "aim",
        "lane_again",
        "start_again",
        "time_out",
        "step_again",
        "time",
        "kill",
        "fail",
        "lose_answer",
        "vanish",
        "damage",
        "rest",
        "anew",
        "overlap",
    }
)


@dataclass(frozen=True)
class Profile:
    """`rules` apply beside those by which everybody goes on."""

    rules: frozenset[str] = RULES
    promises: frozenset[str] = frozenset(PROMISES)
    wishes: tuple[str, ...] = tuple(STEER)
    faults: tuple[str, ...] = tuple(FAULTS)
    stops: tuple[str, ...] = STOPS
    states: tuple[str, ...] = STATES
    steps: int = 40


def blows(name: str) -> Callable[[Rule], Rule]:
    return precondition(lambda self: name in self.profile.rules)


def somebody(name: str) -> Callable[[Rule], Rule]:
    return precondition(lambda self: name in self.profile.rules and self.world.stage.actors)


def one_of(what: str) -> st.SearchStrategy[str]:
    """One of the choices that the machine's profile offers."""
    return st.runner().flatmap(lambda self: st.sampled_from(getattr(self.profile, what)))
