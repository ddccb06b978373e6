"""The names under which lanes and steps hold a session, or wait for one."""

import re
from dataclasses import dataclass

from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import LedgerId

NAME = re.compile(r"(?P<transfer>[^/]+)/(?:(?P<generation>\d+)/lane-(?P<lane>\d+)|step(?:/.*)?)")


@dataclass(frozen=True)
class Work:
    """What a session is used for. A step of the transfer where `lane` is None."""

    transfer_id: str
    lane: int | None


def lane_ticket(lane: Lane) -> str:
    """A lane also holds its session under this name."""
    return f"{lane.transfer_id}/{lane.generation}/lane-{lane.number}"


def step_ticket(transfer_id: str) -> str:
    """One ticket for all steps of a transfer, because only one of them waits at a time."""
    return f"{transfer_id}/step"


def step_holder(transfer_id: str, start: str) -> str:
    """Each start of a step has a name of its own, because two of them may be alive."""
    return f"{step_ticket(transfer_id)}/{start}"


def work_of(name: str) -> Work | None:
    """None for the name of somebody who works for no transfer."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    lane = found["lane"]
    return Work(found["transfer"], None if lane is None else int(lane))


def ledger_of(name: str) -> LedgerId | None:
    """Of the lane with that name. None for everybody else."""
    found = NAME.fullmatch(name)
    if found is None or found["generation"] is None:
        return None
    return LedgerId(found["transfer"], int(found["generation"]))
