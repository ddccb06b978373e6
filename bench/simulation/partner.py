"""One partner: its sessions and the line for them, as the transfer service's domain rules them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from bench.simulation.clock import Act, Clock
from bench.simulation.days import Server
from bench.simulation.line import SharedLine
from services.transfer.domain.destination import Destination, Protocol
from services.transfer.domain.giving_way import lanes_that_give_way
from services.transfer.domain.lane import LaneMessage, Slot
from services.transfer.domain.lane_optimizer import observe
from services.transfer.domain.lane_target import first_target
from services.transfer.domain.lane_window import Share
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.ports import Policy
from services.transfer.domain.waiting import Limit, Line, LongLimit, Waiter, in_use_of, line_of
from services.transfer.domain_services.lane_limits import lane_limit, reserved_for_short
from services.transfer.domain_services.steer_lanes import LOOKS_APART_SECONDS, SELDOM_SECONDS

REPORT_SECONDS = 1.0
QUEUE_SECONDS = 0.02  # of a message
Shares = Callable[["Partner"], Iterable[Share]]


class Partner:
    """`called` asks for a lane's turn. `reports` has what each of its large files has moved.
    `gives_way` ends a session of that holder."""

    def __init__(self, clock: Clock, server: Server, policy: Policy, most_per_lane: float) -> None:
        self.clock, self.policy, self.server = clock, policy, server
        self.destination = Destination(
            id=server.name,
            name=server.name,
            protocol=Protocol.SFTP,
            host=server.name,
            port=22,
            user="fileferry",
            base_path="/",
            max_sessions=server.max_sessions,
            secret_id=None,
            created_at=clock.now,
            updated_at=clock.now,
        )
        self.line = SharedLine(
            clock, server.bytes_per_second, server.round_trip_seconds, most_per_lane
        )
        most = min(self.limit(short=False), policy.lanes_per_transfer)
        trip = server.round_trip_seconds
        self.target = first_target(server.name, self.destination.place, most, trip, clock.now)
        self.slots: dict[str, Slot] = {}
        self.waiters: dict[str, Waiter] = {}
        self._acts: dict[str, Act] = {}
        self.most_in_use = 0
        self._ticks = False
        self._looked = 0.0
        self.reports: Shares = lambda _: ()
        self.gives_way: Callable[[str], None] = lambda _: None
        self.more: Act = lambda: None

    def limit(self, *, short: bool) -> int:
        return lane_limit(self.destination, self.policy, short=short)

    def limit_of(self, *, short: bool) -> Limit:
        """As session_limit has it for a server that takes chunks at their offsets."""
        of_all = self.limit(short=True)
        if short:
            return of_all
        sessions = self.limit(short=False)
        return LongLimit(sessions, of_all - sessions)

    def take(self, ticket: str, *, short: bool) -> bool:
        """A session. False: others come first, or none is free."""
        if not self._seen().admits(ticket, self.limit_of(short=short)):
            return False
        self.waiters.pop(ticket, None)
        self._acts.pop(ticket, None)
        taken = {slot.number for slot in self.slots.values()}
        number = next(each for each in count() if each not in taken)
        now = self.clock.now
        self.slots[ticket] = Slot(
            self.server.name, number, ticket, self._until(), since=now, long=not short
        )
        self.most_in_use = max(self.most_in_use, len(self.slots))
        if not short:
            self._tick()
        return True

    def wait(self, message: LaneMessage, ticket: str, called: Act, *, short: bool) -> None:
        """Stands in the line until `called`."""
        known = self.waiters.get(ticket)
        since = self.clock.now if known is None else known.since
        waiter = Waiter(self.server.name, ticket, since, 0, lane=message).within(
            self.limit_of(short=short)
        )
        self.waiters[ticket] = replace(waiter, short=short)
        self._acts[ticket] = called
        self.call_next()

    def leave(self, ticket: str) -> None:
        """It does not wait any more."""
        if self.waiters.pop(ticket, None) is not None:
            del self._acts[ticket]
            self.call_next()

    def free(self, ticket: str) -> None:
        del self.slots[ticket]
        self.call_next()

    def call_next(self) -> None:
        if not self.waiters:
            return
        for waiter in list(self._seen().next(lambda each: self.limit(short=each.short))):
            self.waiters[waiter.ticket] = replace(waiter, called_until=self._until())
            self.clock.after(QUEUE_SECONDS, self._acts[waiter.ticket])

    def _seen(self) -> Line:
        now = self.clock.now
        used = in_use_of(self.slots.values(), self.target.lanes, None, now)
        return line_of(used, self.waiters.values(), now, self._until())

    def _until(self) -> datetime:
        return self.clock.now + timedelta(seconds=self.policy.lease_seconds)

    def _tick(self) -> None:
        if not self._ticks:
            self._ticks = True
            self.clock.after(REPORT_SECONDS, self._beat)

    def _beat(self) -> None:
        """What the beats of long lanes do: they find the number of lanes, and give way."""
        self._ticks = False
        if not any(slot.long for slot in self.slots.values()):
            return
        self.line.catch_up()
        fewer = self._steer()
        if fewer or self.clock.seconds - self._looked >= LOOKS_APART_SECONDS:
            self._looked = self.clock.seconds
            self._give_way()
        self._tick()

    def _steer(self) -> bool:
        """Whether there are to be fewer lanes."""
        before = self.target.lanes
        for share in self.reports(self):
            known = next((e for e in self.target.window.shares if e.work == share.work), None)
            apart = (share.at - known.at).total_seconds() if known else SELDOM_SECONDS
            if self.target.is_content(share.at) and apart < SELDOM_SECONDS:
                continue
            self.target, _ = observe(self.target, share, self.limit(short=False))
        if self.target.lanes > before:
            self.call_next()
        self.more()
        return self.target.lanes < before

    def _give_way(self) -> None:
        seen = SessionsSeen(list(self.slots.values()), self._seen().waiters)
        most = min(self.limit(short=False), self.target.lanes)
        reserved = reserved_for_short(self.destination)
        for holder in lanes_that_give_way(seen, most, reserved, self.clock.now):
            self.gives_way(holder)
