"""How many lanes a destination may have, and how many of them a transfer sends out."""

from dataclasses import replace

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Destination
from services.transfer.domain.lane_target import LaneTarget, first_target
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.session_words import who_allows
from services.transfer.domain.strategy import lane_sessions
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.waiting import Limit, LongLimit


def lane_limit(destination: Destination, policy: Policy, *, short: bool) -> int:
    """How many lanes may have a session with it at once. A lane that has one holds a worker, even
    if the partner never answers. So the others stand in line, and workers are left for others. The
    lane of a `short` transfer may have the session that long ones leave to steps."""
    sessions = destination.sessions if short else lane_sessions(destination)
    return min(sessions, policy.lanes_per_destination)


def reserved_for_short(destination: Destination) -> int:
    return destination.sessions - lane_sessions(destination)


def who_limits(destination: Destination, policy: Policy) -> str:
    """As a part of a sentence: what lane_limit is the least of."""
    if policy.lanes_per_destination < lane_sessions(destination):
        return "the number of workers allows"
    return who_allows(destination)


def session_limit(transfer: Transfer, destination: Destination, policy: Policy) -> Limit:
    """Of its lanes."""
    of_all = lane_limit(destination, policy, short=True)
    if is_short(transfer):
        return of_all
    sessions = lane_limit(destination, policy, short=False)
    return LongLimit(sessions, of_all - sessions) if is_long(transfer) else sessions


def is_short(transfer: Transfer) -> bool:
    """It has one chunk at the most, so its lane is done in one turn."""
    return is_short_plan(transfer.known_plan)


def is_short_plan(plan: ChunkPlan) -> bool:
    return plan.total <= 1


def is_long(transfer: Transfer) -> bool:
    """Its lanes may keep a session for long, and can give it up in the middle of a chunk."""
    return not is_short(transfer) and transfer.known_strategy.reopens


def work_of_transfer(transfer: Transfer) -> str:
    return f"{transfer.id}/{transfer.generation}"


def known_target(destination: Destination, *, ports: Ports) -> LaneTarget:
    """What is known of another server under the same id does not count."""
    return target_of(destination, ports.targets.read(destination.id), ports=ports)


def target_of(destination: Destination, found: LaneTarget | None, *, ports: Ports) -> LaneTarget:
    """`found` is stored."""
    if found is not None and found.tells_of(destination.place, ports.now()):
        return found
    profile = destination.profile
    limit = lane_limit(destination, ports.policy, short=False)
    first = first_target(
        destination.id,
        destination.place,
        min(limit, ports.policy.lanes_per_transfer),
        profile.round_trip_seconds if profile else None,
        ports.now(),
    )
    return first if found is None else replace(first, version=found.version)


def let_in(lanes: int, seen: SessionsSeen) -> int:
    """So many of them as the partner lets in of late."""
    return lanes if seen.most is None else max(1, min(lanes, seen.most))


def lanes_to_send(transfer: Transfer, *, ports: Ports) -> int:
    """How many lanes of the transfer should be on their way or at work now. More are sent when they
    help, see steer_lanes. A transfer has one at least. Where others share the target, it has its
    part of it."""
    if not transfer.part_made:
        return 1  # the first lane creates the part file
    if transfer.lanes <= 1 or not is_long(transfer):
        return transfer.lanes
    destination = ports.destinations.read(transfer.destination_id)
    limit = lane_limit(destination, ports.policy, short=False)
    return lanes_of(transfer, known_target(destination, ports=ports), limit, ports=ports)


def lanes_of(transfer: Transfer, target: LaneTarget, limit: int, *, ports: Ports) -> int:
    now, mine = ports.now(), work_of_transfer(transfer)
    most = target.within(now, limit)
    others = [each.out for each in target.window.fresh(now) if each.work != mine]
    share = most // (1 + len(others))
    return max(1, min(transfer.lanes, max(share, most - sum(others))))
