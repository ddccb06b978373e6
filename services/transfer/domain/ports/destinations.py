"""Destinations: their records, their secrets and their sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kernel.idempotency import Idempotency
from kernel.pages import Page
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.lane import Slot
from services.transfer.domain.lane_target import Decision, LaneTarget
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.waiting import Limit, Line, Waiter


class SessionSlots(Protocol):
    """A destination's sessions, leased across all transfers and workflow steps. A slot is known by
    its holder AND its `until`. So go on with the slot that take or renew returned last.
    """

    def take(
        self,
        destination_id: str,
        limit: Limit,
        holder: str,
        now: datetime,
        until: datetime,
        ticket: str = "",
    ) -> Slot | None:
        """None when the limit is reached, or when the free sessions are meant for others in the
        line (see Line.admits), or when there are as many as `bind` allows. A holder that has a
        session gets the same one again. Whoever gets a session leaves the line. LaneTargets has the
        target that a LongLimit is about."""
        ...

    def renew(self, slot: Slot, until: datetime) -> Slot:
        """Also stores whether the `slot` is logged in. Raises LeaseLost."""
        ...

    def free(self, *slots: Slot) -> None:
        """Frees each of them. A lost lease is no error."""
        ...

    def wait(self, waiter: Waiter) -> None:
        """To the end of the line. Whoever stands in it keeps the place, and is not called. The
        sweeper does not replace a step that waits for an answer."""
        ...

    def line(self, destination_id: str, now: datetime, until: datetime) -> Line:
        """Strongly consistent. ledger.is_over judges which leases and calls are over, with `until`
        as the end of a new lease."""
        ...

    def look(
        self, destination_id: str, now: datetime, until: datetime, rows: int | None = None
    ) -> SessionsSeen:
        """As `line`, and also who has the sessions. No more than `rows` are read, sessions first,
        and of a very long line not all in any case."""
        ...

    def call(self, waiter: Waiter, until: datetime) -> bool:
        """Records that the waiter is called until then. False when it was called already, or has
        left the line."""
        ...

    def leave(self, waiter: Waiter) -> None:
        """Takes the waiter out of the line. Does nothing when its call has changed since it was
        read."""
        ...

    def bind(self, bound: SessionBound) -> None:
        """From now on no more sessions are given out than it says, to anybody. It takes the place
        of an earlier one. One that was counted before that comes too late."""
        ...

    def unbind(self, destination_id: str) -> None: ...


class LaneTargets(Protocol):
    """How many lanes each destination gets, and how that was decided. A record that nobody has
    changed for a month, and a decision as old, are gone."""

    def read(self, destination_id: str) -> LaneTarget | None:
        """Strongly consistent."""
        ...

    def save(self, target: LaneTarget, decision: Decision | None) -> bool:
        """Stores both, with version + 1, if the stored version is `target`'s; 0 stands for none.
        False when somebody else was first. Then nothing changes, and no decision is stored."""
        ...

    def decisions(self, destination_id: str, limit: int) -> Sequence[Decision]:
        """The last ones, newest first."""
        ...


class DestinationStore(Protocol):
    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        """The stored destination. When key and body are repeated, it is the earlier one as it is
        now. Raises DestinationExists, IdempotencyConflict. Raises DestinationNotFound when the
        earlier one was deleted since.
        """
        ...

    def read(self, destination_id: str) -> Destination:
        """Raises DestinationNotFound."""
        ...

    def save(self, destination: Destination) -> Destination:
        """With version + 1; raises DestinationChanged when the stored version is another, or that
        of another registration of the same id."""
        ...

    def delete(self, destination: Destination) -> None:
        """Raises DestinationChanged. A destination that is gone is no error."""
        ...

    def page(
        self, limit: int, cursor: str | None, only: frozenset[str] | None = None
    ) -> Page[Destination]:
        """In order of id. With `only` it has just the destinations with these ids. Raises
        FieldInvalid for a cursor that is not ours."""
        ...


class CredentialVault(Protocol):
    def store(self, secret_id: str, credential: Credential) -> None:
        """Needs an id that was never used. Each credential has an id of its own."""
        ...

    def read(self, secret_id: str) -> Credential:
        """Raises CredentialMissing."""
        ...

    def delete(self, secret_id: str) -> None:
        """Idempotent."""
        ...
