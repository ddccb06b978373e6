"""Which lanes give their sessions up, because there are too many or because others wait."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from services.transfer.domain.lane import Slot
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.waiting import Waiter, is_brief, transfer_of

SOON_SECONDS = 10.0  # of a session before it is given up to others: a login has to be worth it
TURN_SECONDS = 120.0  # of a session, where there are fewer sessions than transfers
QUICK_TURN_SECONDS = 30.0  # the same where a step or a small file waits, which is done soon


def lanes_that_give_way(
    seen: SessionsSeen, most_long: int, reserved: int, now: datetime
) -> frozenset[str]:
    """The holders of the sessions that have to become free. Everybody who looks at the same moment
    finds the same ones. `most_long` is how many long lanes there may be,
    and `reserved` how many sessions these always leave to steps and small files.

    Too many lanes: those of the transfers with the most go first. A transfer that has more than its
    share goes down to it while others wait who have less. Where all have one session at most, those
    who had theirs for a while give it to those who have none."""
    long = [each for each in seen.held if each.long]
    last_first = _by_rank(long)
    surplus = max(0, len(long) - most_long)
    gone = {slot.holder for _, slot in last_first[:surplus]}
    waiting = [each for each in seen.waiters if each.called_until is None]
    left = [(rank, slot) for rank, slot in last_first[surplus:]]
    room = max(0, most_long - len(long))
    held = Counter(transfer_of(slot) for _, slot in left)
    wanted, without = _wanted(held, waiting, most_long, room)
    share = _share(held, waiting, most_long)
    for rank, slot in left:
        if wanted > 0 and rank >= share and _age(slot, now) >= SOON_SECONDS:
            gone.add(slot.holder)
            wanted, without = wanted - 1, without - 1
    # Behind the part of the line that was read there may be any number of steps and small files.
    waits = not seen.whole or any(not each.long for each in waiting)
    quick = waits and _quick(seen, now) < 1 + reserved
    for _, slot in sorted(left, key=lambda each: (-_age(each[1], now), each[1].number)):
        if slot.holder in gone:
            continue
        if quick and _age(slot, now) >= QUICK_TURN_SECONDS:
            gone.add(slot.holder)
            quick = False
        elif without > 0 and _age(slot, now) >= TURN_SECONDS:
            gone.add(slot.holder)
            without -= 1
    return frozenset(gone)


def _quick(seen: SessionsSeen, now: datetime) -> int:
    """How many sessions serve steps and small files, several of them in turn. A file with one
    handle keeps its own for long, so it is none of these."""
    held = sum(is_brief(each, now) for each in seen.held)
    called = [each.called_until for each in seen.waiters if not each.long and each.called_until]
    return held + sum(until > now for until in called)


def _wanted(
    held: Counter[str], waiting: Sequence[Waiter], most_long: int, room: int
) -> tuple[int, int]:
    """How many sessions are missing to those who have less than their share, and how many of them
    to transfers that have none."""
    lanes = Counter(_lane_transfers(waiting))
    share = _share(held, waiting, most_long)
    missing = sum(max(0, min(count, share - held[each])) for each, count in lanes.items())
    without = sum(1 for each in lanes if not held[each])
    return max(0, missing - room), max(0, without - room)


def _share(held: Counter[str], waiting: Sequence[Waiter], most_long: int) -> int:
    transfers = {each for each in held if held[each]} | set(_lane_transfers(waiting))
    return max(1, most_long // max(1, len(transfers)))


def _lane_transfers(waiting: Iterable[Waiter]) -> list[str]:
    return [each.lane.transfer_id for each in waiting if each.long and each.lane is not None]


def _by_rank(slots: Iterable[Slot]) -> list[tuple[int, Slot]]:
    """Each with its rank among its transfer's own, the greatest ranks first."""
    own: dict[str, list[Slot]] = defaultdict(list)
    for slot in sorted(slots, key=lambda each: each.number):
        own[transfer_of(slot)].append(slot)
    ranked = [(rank, slot) for lanes in own.values() for rank, slot in enumerate(lanes)]
    return sorted(ranked, key=lambda each: (-each[0], -each[1].number))


def _age(slot: Slot, now: datetime) -> float:
    """A session that nobody knows the beginning of had time enough."""
    return TURN_SECONDS if slot.since is None else (now - slot.since).total_seconds()
