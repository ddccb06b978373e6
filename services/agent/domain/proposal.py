"""A proposal, and what became of it: its states, and who may do something with it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.agent.domain.errors import (
    BeingConfirmed,
    DigestDiffers,
    ProposalOver,
    ProposalTooOld,
)
from services.agent.domain.proposed import Content
from services.agent.domain.trouble import Trouble

GOOD_FOR = timedelta(minutes=15)
# Longer than whoever confirms can live (29 s), and than the last call that it begins can last.
LEASE = timedelta(seconds=55)
# No step begins later than this after the claim. The API ends each request after 29 s at most, so
# that nothing is under way any more when the lease ends.
BEGINS_WITHIN = timedelta(seconds=14)
# A confirmation whose end nobody knows can be confirmed again so long. The API remembers the keys
# of the steps for seven days.
GOES_ON_FOR = timedelta(days=1)


class State(StrEnum):
    OPEN = "open"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Outcome:
    """What became of one step: the id of what was started, steered or opened, or why not. With
    neither it is still to be done."""

    result: str | None = None
    trouble: Trouble | None = None

    @property
    def settled(self) -> bool:
        return self.result is not None or self.trouble is not None


@dataclass(frozen=True)
class Claim:
    """Who confirms it just now. `number` grows with each claim: from 2 on an earlier one may have
    done something that nobody recorded."""

    holder: str
    until: datetime
    number: int = 1

    def may_begin(self, now: datetime) -> bool:
        """Whether a step that is begun now is over when somebody else may go on."""
        return now < self.until - LEASE + BEGINS_WITHIN


@dataclass(frozen=True)
class Proposal:
    """`canonical` is the JSON of the content. `version` is the store's."""

    content: Content
    canonical: str
    digest: str
    correlation_id: str
    state: State = State.OPEN
    claim: Claim | None = None
    outcomes: tuple[Outcome, ...] = ()
    decided_at: datetime | None = None
    decided_by: str | None = None
    session_id: str | None = None  # of who confirmed it
    trouble: Trouble | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return self.content.id

    @property
    def owner(self) -> str:
        return self.content.owner

    def state_at(self, now: datetime) -> State:
        """Nobody writes down that a proposal expired: its time decides."""
        if self.state is State.OPEN and now >= self.content.expires_at:
            return State.EXPIRED
        return self.state

    def waits(self, now: datetime) -> bool:
        """For its owner, or for the end of a confirmation."""
        return self.state_at(now) in (State.OPEN, State.CONFIRMING)

    def claimed(self, digest: str, holder: str, session_id: str, now: datetime) -> "Proposal":
        """Only whoever stores this may act. Raises DigestDiffers, ProposalOver, BeingConfirmed,
        ProposalTooOld."""
        self.require_digest(digest)
        state = self.state_at(now)
        if state not in (State.OPEN, State.CONFIRMING):
            raise ProposalOver(self.id, state)
        if state is State.CONFIRMING and now >= self.content.made_at + GOES_ON_FOR:
            raise ProposalTooOld(self.id)
        if self.claim is not None and now < self.claim.until:
            raise BeingConfirmed(self.id, self.claim.until)
        number = self.claim.number + 1 if self.claim else 1
        claim = Claim(holder, now + LEASE, number)
        first = self.session_id or session_id
        return replace(self, state=State.CONFIRMING, claim=claim, session_id=first)

    def reopened(self) -> "Proposal":
        """Its first claim ends, and surely nothing was done."""
        return replace(self, state=State.OPEN, claim=None, session_id=None)

    def handed_on(self, outcomes: tuple[Outcome, ...], until: datetime) -> "Proposal":
        """It is to be confirmed again, from `until` on."""
        if self.claim is None:
            raise ValueError(f"proposal {self.id} is not claimed")
        return replace(self, outcomes=outcomes, claim=replace(self.claim, until=until))

    def recorded(self, outcomes: tuple[Outcome, ...], now: datetime) -> "Proposal":
        """Confirmed when any step was done, otherwise failed for the reason of the first."""
        done = any(each.result for each in outcomes)
        troubles = [each.trouble for each in outcomes if each.trouble]
        return replace(
            self._decided(State.CONFIRMED if done else State.FAILED, self.owner, now),
            outcomes=outcomes,
            trouble=troubles[0] if troubles and not done else None,
        )

    def rejected(self, digest: str, by: str, now: datetime) -> "Proposal":
        """Raises DigestDiffers, BeingConfirmed, ProposalTooOld, ProposalOver."""
        self.require_digest(digest)
        state = self.state_at(now)
        if state is State.CONFIRMING and now >= self.content.made_at + GOES_ON_FOR:
            raise ProposalTooOld(self.id)
        if state is State.CONFIRMING and self.claim is not None:
            raise BeingConfirmed(self.id, self.claim.until)
        if state is not State.OPEN:
            raise ProposalOver(self.id, state)
        return self._decided(State.REJECTED, by, now)

    def superseded(self, now: datetime) -> "Proposal | None":
        """None when it is not open any more."""
        if self.state_at(now) is not State.OPEN:
            return None
        return self._decided(State.SUPERSEDED, self.owner, now)

    def require_digest(self, digest: str) -> None:
        if digest != self.digest:
            raise DigestDiffers(self.id, digest)

    def _decided(self, state: State, by: str, now: datetime) -> "Proposal":
        return replace(self, state=state, claim=None, decided_at=now, decided_by=by)
