"""The sessions of a destination now: who has them, and who waits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kernel.caller import SEE_ALL_TRANSFERS, Caller
from services.transfer.domain import lane_words as words
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.lane import Slot
from services.transfer.domain.lane_target import Decision, LaneTarget, Step
from services.transfer.domain.line_places import Place, SessionsSeen, places_of
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import Work, work_of
from services.transfer.domain.session_words import THE_SERVER
from services.transfer.domain_services.lane_limits import (
    known_target,
    lane_limit,
    let_in,
    who_limits,
)
from services.transfer.use_cases.show_destinations import show_destination

DECISIONS_SHOWN = 20
SHOWN = 100  # places at the head of the line, and as many of the caller's own behind them


@dataclass(frozen=True)
class Holder:
    """`work` is None for a session that belongs to no transfer. `visible` says whether the caller
    may see the transfer."""

    work: Work | None
    since: datetime | None
    visible: bool


@dataclass(frozen=True)
class ShownPlace:
    place: Place
    visible: bool
    has_session: bool


@dataclass(frozen=True)
class Lanes:
    """`target` as it holds now, and at most `most`."""

    target: int
    most: int
    known: LaneTarget
    decisions: Sequence[Decision]


@dataclass(frozen=True)
class Sessions:
    max_sessions: int
    holders: Sequence[Holder]
    waiting: int
    whole: bool
    line: Sequence[ShownPlace]
    lanes: Lanes


def show_sessions(destination_id: str, caller: Caller, *, ports: Ports) -> Sessions:
    """Raises DestinationNotFound, also for a destination that the caller may not see."""
    destination = show_destination(destination_id, caller, ports=ports)
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    seen = ports.slots.look(destination_id, now, until)
    holders = [_holder(slot, caller, ports=ports) for slot in seen.held]
    served = {each.work.transfer_id for each in holders if each.work is not None}
    places = list(places_of(seen.waiters))
    line = [
        ShownPlace(each, caller.may_see_transfers_of(each.owner), each.transfer_id in served)
        for each in _shown(places if seen.whole else [], caller)
    ]
    lanes = _lanes(destination, seen, now, ports=ports)
    return Sessions(destination.max_sessions, holders, len(places), seen.whole, line, lanes)


def _lanes(destination: Destination, seen: SessionsSeen, now: datetime, *, ports: Ports) -> Lanes:
    known = known_target(destination, ports=ports)
    most = lane_limit(destination, ports.policy, short=False)
    shown = min(DECISIONS_SHOWN, known.decisions)  # those before were about another server
    told = ports.targets.decisions(destination.id, shown) if shown else ()
    allowed = known.within(now, most)
    target = let_in(allowed, seen)
    if target < allowed:
        known = replace(known, why=words.limited(target, THE_SERVER))
    elif target < known.lanes:  # nothing has moved since the limit was lowered
        known = replace(known, why=words.limited(target, who_limits(destination, ports.policy)))
    elif known.decisions and not known.window.fresh(now):
        known = replace(known, why=_idle(known))
    return Lanes(target, most, known, told)


def _idle(known: LaneTarget) -> str:
    """What was decided last is about lanes that do not move any more."""
    match known.step:
        case Step.UP:
            return words.idle_above(known.lanes, known.before_lanes)
        case Step.DOWN:
            return words.idle_below(known.lanes, known.before_lanes)
    return words.idle(known.lanes, known.bytes_per_second)


def _shown(places: Sequence[Place], caller: Caller) -> Sequence[Place]:
    own = [each for each in places[SHOWN:] if each.owner == caller.name]
    return [*places[:SHOWN], *own[:SHOWN]]


def _holder(slot: Slot, caller: Caller, *, ports: Ports) -> Holder:
    """A slot does not say whose transfer it is for. There are some ten at most, so each transfer
    is read."""
    work = work_of(slot.holder)
    if work is None or caller.has(SEE_ALL_TRANSFERS):
        return Holder(work, slot.since, visible=True)
    try:
        owner = ports.transfers.read(work.transfer_id).owner
    except TransferNotFound:
        return Holder(work, slot.since, visible=False)
    return Holder(work, slot.since, caller.may_see_transfers_of(owner))
