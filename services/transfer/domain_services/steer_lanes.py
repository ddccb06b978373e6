"""Gives each destination as many lanes as help. The lane that shows the progress decides for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    SessionRefused,
    TooManySessions,
    TransferError,
)
from services.transfer.domain.giving_way import lanes_that_give_way
from services.transfer.domain.lane import Lane
from services.transfer.domain.lane_figures import total
from services.transfer.domain.lane_optimizer import observe
from services.transfer.domain.lane_refusals import refuse
from services.transfer.domain.lane_target import LaneTarget
from services.transfer.domain.lane_window import Share
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.progress_sample import ProgressSample
from services.transfer.domain.recent import is_recent
from services.transfer.domain.session_names import lane_ticket
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import (
    is_long,
    known_target,
    lane_limit,
    lanes_of,
    reserved_for_short,
    target_of,
    who_limits,
    work_of_transfer,
)
from services.transfer.domain_services.queue_lanes import is_driven, is_out, queue_lanes
from services.transfer.domain_services.session_line import pass_on

REPORTS_APART_SECONDS = 0.9  # while something is tried; samples come once a second
SELDOM_SECONDS = 2.9  # while nothing is
LOOKS_APART_SECONDS = 5.0  # at the destination's line, for those to give way to
LINE_ROWS = 200  # of it, which is one page of 15 read units; sessions come first
LOGIN_SECONDS = 4.0  # until a lane that is sent out moves as much as the others
DESTINATION_SECONDS = 15.0
REFUSALS = (ConnectionRefused, ConnectionTimedOut, ConnectionLost, SessionRefused, TooManySessions)
REFUSAL_TRIES = 3  # each lost race means that another lane's report was first


class LaneSteering:
    """What the beats of one lane do for its destination. `gives_way` once the lane has to go."""

    def __init__(self, now: datetime, ports: Ports) -> None:
        self.gives_way = False
        self._looked_at, self._ports = now, ports
        self._target: LaneTarget | None = None  # as this lane last read or stored it
        self._destination: tuple[Destination, datetime] | None = None  # and when it was read

    def beat(
        self, lane: Lane, transfer: Transfer, shown: ProgressSample | None, now: datetime
    ) -> None:
        """`shown` is the sample, if this lane is the one that showed it."""
        fewer = shown is not None and self._steer(transfer, shown, now)
        if fewer or not is_recent(self._looked_at, now, LOOKS_APART_SECONDS):
            self._looked_at = now
            if _has_to_go(lane, self._read(transfer, now), now, ports=self._ports):
                self.gives_way = True

    def _steer(self, transfer: Transfer, shown: ProgressSample, now: datetime) -> bool:
        """Reports what the transfer's lanes have moved, and decides if that tells something.
        Several that decide at once make one decision, because only one of them is stored. True when
        a lane has to go: which one is found as for every other reason."""
        if not is_long(transfer) or shown.progress.complete:
            return False
        ports = self._ports
        left = max(0, transfer.known_plan.size_bytes - shown.rate.bytes_done)
        share = replace(_share(transfer, shown.lanes, now, ports.policy), left_bytes=left)
        target = self._target
        if target is None or not _is_alone(target, share):
            target = ports.targets.read(transfer.destination_id)
        if target is not None and not _is_due(target, share):
            self._target = target
            return False
        destination = self._read(transfer, now)
        limit = lane_limit(destination, ports.policy, short=False)
        target = target_of(destination, target, ports=ports)
        who = who_limits(destination, ports.policy)
        after, decision = observe(target, share, limit, who)
        self._target = None
        if not ports.targets.save(after, decision):
            return False
        self._target = replace(after, version=after.next_version)
        if decision is not None and decision.after > decision.before:
            pass_on(destination.id, ports=ports)  # who waits comes first
        work_left = shown.progress.next_chunk < shown.progress.chunks_total
        rate = min(after.bytes_per_second, shown.rate.bytes_per_second)  # this transfer's share
        in_time = left >= LOGIN_SECONDS * rate
        if work_left and in_time and share.out < lanes_of(transfer, after, limit, ports=ports):
            queue_lanes(transfer, ports=ports)
        return decision is not None and decision.after < decision.before

    def _read(self, transfer: Transfer, now: datetime) -> Destination:
        """It changes seldom, so an answer is good for a while."""
        if self._destination is not None:
            known, read_at = self._destination
            if is_recent(read_at, now, DESTINATION_SECONDS):
                return known
        read = self._ports.destinations.read(transfer.destination_id)
        self._destination = read, now
        return read


def note_refusal(
    transfer: Transfer, lane: Lane, error: TransferError, had_session: bool, *, ports: Ports
) -> Lane:
    """The lane with its error counted, if the partner refused it a session or broke that off."""
    if not isinstance(error, REFUSALS):
        return lane
    figures = replace(lane.figures, errors=lane.figures.errors + 1)
    if is_long(transfer):
        _refuse(transfer, lane, at_login=not had_session, ports=ports)
    return replace(lane, figures=figures)


def _refuse(transfer: Transfer, lane: Lane, *, at_login: bool, ports: Ports) -> None:
    destination = ports.destinations.read(transfer.destination_id)
    limit = lane_limit(destination, ports.policy, short=False)
    for _ in range(REFUSAL_TRIES):
        now, lanes = ports.now(), ports.lanes.lanes(transfer.ledger)
        share = _share(transfer, lanes, now, ports.policy, without=lane.number)
        target = known_target(destination, ports=ports)
        elsewhere = [each for each in target.window.fresh(now) if each.work != share.work]
        others = share.lanes + sum(each.lanes for each in elsewhere)
        after, decision = refuse(target, others, limit, share, at_login=at_login)
        if decision is None or ports.targets.save(after, decision):
            return


def _has_to_go(lane: Lane, destination: Destination, now: datetime, *, ports: Ports) -> bool:
    """Whether the lane's session is one that has to become free. Of a long line a part is read,
    which shows the sessions, and that others wait."""
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    seen = ports.slots.look(destination.id, now, until, LINE_ROWS)
    if not seen.whole and (target := ports.targets.read(destination.id)) is not None:
        seen = replace(seen, most_long=target.lanes)  # it stands behind the line
    most = lane_limit(destination, ports.policy, short=False)
    most = min(each for each in (most, seen.most_long, seen.most) if each is not None)
    return lane_ticket(lane) in lanes_that_give_way(
        seen, most, reserved_for_short(destination), now
    )


def _share(
    transfer: Transfer,
    lanes: Sequence[Lane],
    now: datetime,
    policy: Policy,
    without: int | None = None,
) -> Share:
    """`without`: that lane has lost its session, although its row says otherwise."""
    driven = [each for each in lanes if is_driven(each, now, policy) and each.session_since]
    at_work = [each for each in driven if each.number != without]
    out = sum(is_out(each, now, policy) for each in lanes)
    work, most = work_of_transfer(transfer), max(1, transfer.lanes)
    figures = total(each.figures for each in lanes)
    return Share(work, now, len(at_work), out, most, figures)


def _is_alone(target: LaneTarget, share: Share) -> bool:
    """No other transfer reports to it, as far as this one knows. So nobody changes it. If somebody
    does, the next report is refused, and it is read again."""
    return all(each.work == share.work for each in target.window.shares)


def _is_due(target: LaneTarget, share: Share) -> bool:
    """More often while something is tried, or while lanes come and go. Less than the target's
    number of lanes tell nothing of it."""
    known = next((each for each in target.window.shares if each.work == share.work), None)
    if known is None or (known.lanes, known.out) != (share.lanes, share.out):
        return True
    idle = target.is_content(share.at) or target.window.most() < target.lanes
    apart = SELDOM_SECONDS if idle else REPORTS_APART_SECONDS
    return not 0 <= (share.at - known.at).total_seconds() < apart
