"""Does what was proposed, with the rights of its owner, once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from kernel.caller import Caller
from kernel.outbox import OutboxEvent
from services.agent.domain.errors import (
    ApiAway,
    ApiRefused,
    BeingConfirmed,
    ConfirmUnclear,
    ConfirmUnfinished,
    NotDoneYet,
    ProposalError,
    ProposalNotFound,
    ProposalOver,
    ProposalsBusy,
)
from services.agent.domain.ports import Actor, Ports, ProposalChange, Reader
from services.agent.domain.proposal import Outcome, Proposal, State
from services.agent.domain.proposed import Action, Sending, TicketWish
from services.agent.domain.trouble import Trouble
from services.agent.domain.writes import steps_of
from services.agent.domain_services import announce_proposals as announce
from services.agent.domain_services.found_done import found_done
from services.agent.domain_services.hindrance import hindrance, trouble_of
from services.agent.domain_services.keep_proposal import supersede_left_behind

TRIES = 10  # to claim it; each is lost to somebody who decided about it at the same moment
# Of all of it, and less than the API waits (29 s), so that an answer can be stored behind it.
SECONDS = timedelta(seconds=25)
SERVER_BUSY = 503  # it may have begun: a transfer is stored before its workflow is told
PASSING = frozenset({401, 429, SERVER_BUSY})  # refusals that end, or need another login
DECIDED = frozenset({State.CONFIRMED, State.FAILED})


def confirm_proposal(
    proposal_id: str, digest: str, caller: Caller, token: SecretStr, *, ports: Ports
) -> Proposal:
    """The proposal with what became of it; when it is confirmed again, the same. Raises
    ProposalNotFound, DigestDiffers, ProposalOver, ProposalTooOld; BeingConfirmed while another one
    does it; NotDoneYet, ConfirmUnclear and ConfirmUnfinished when it has to be confirmed again."""
    began = ports.now()

    def seconds_left() -> float:
        return (began + SECONDS - ports.now()).total_seconds()

    claimed = _claimed(proposal_id, digest, caller, ports)
    if claimed.state in DECIDED:
        return claimed
    reader = ports.access.reader(token, seconds_left)
    actor = ports.access.actor(token, seconds_left)
    return _Confirming(claimed, caller, reader, actor, ports).end()


def _claimed(proposal_id: str, digest: str, caller: Caller, ports: Ports) -> Proposal:
    for _ in range(TRIES):
        found = ports.proposals.read(proposal_id)
        if found is None or found.owner != caller.name:
            raise ProposalNotFound(proposal_id)
        if found.state in DECIDED:
            found.require_digest(digest)
            return found
        claimed = found.claimed(digest, ports.new_id(), caller.session_id, ports.now())
        if ports.proposals.store(ProposalChange(claimed, found)):
            return replace(claimed, version=found.version + 1)
    raise ProposalsBusy(proposal_id)


class _Overtaken(Exception):
    pass


@dataclass
class _Confirming:
    """One claim of a proposal, from its beginning to its end."""

    claimed: Proposal
    caller: Caller
    reader: Reader
    actor: Actor
    ports: Ports

    def end(self) -> Proposal:
        try:
            return self._confirmed()
        except _Overtaken:
            return self._of_the_other()

    def _confirmed(self) -> Proposal:
        outcomes, hinders = self._looked_at()
        for number, outcome in enumerate(outcomes):
            if outcome.settled:
                continue
            outcomes[number] = Outcome(None, hinders) if hinders else self._done(outcomes, number)
        after = self.claimed.recorded(tuple(outcomes), self.ports.now())
        told = after.state is State.CONFIRMED
        events = (announce.confirmed(after, self.ports.new_id),) if told else ()
        self._store(after, *events)
        return after

    def _looked_at(self) -> tuple[list[Outcome], Trouble | None]:
        """What was done before, and what hinders the rest. Raises NotDoneYet."""
        try:
            outcomes = list(found_done(self.claimed, self.reader))
            rest = _rest(self.claimed.content.action, outcomes)
            if rest is None or (isinstance(rest, TicketWish) and not self._is_first):
                return outcomes, None  # the key of a ticket finds the one that was opened
            return outcomes, hindrance(rest, self.caller, self.reader)
        except (ApiAway, ApiRefused) as trouble:
            raise self._interrupted([*self.claimed.outcomes], str(trouble)) from trouble

    def _done(self, outcomes: list[Outcome], number: int) -> Outcome:
        claim, now = self.claimed.claim, self.ports.now()
        if claim is None or not claim.may_begin(now):
            raise self._interrupted(outcomes, "There was too little time.")
        try:
            return Outcome(self.actor.act(self.claimed, number))
        except ApiRefused as refused:
            if refused.answered not in PASSING:
                return Outcome(None, self._refusal(refused))
            surely_not = refused.answered != SERVER_BUSY
            raise self._interrupted(outcomes, str(refused), surely_not) from refused
        except ApiAway as away:
            self._hand_on(outcomes, claim.until)
            raise ConfirmUnclear(self.claimed.id, away.reason, claim.until) from away

    def _refusal(self, refused: ApiRefused) -> Trouble:
        trouble = trouble_of(refused)
        if self._is_first or not isinstance(self.claimed.content.action, TicketWish):
            return trouble
        perhaps = "An earlier try may have opened it: look at your tickets."
        return replace(trouble, message=f"{trouble.message} {perhaps}")

    @property
    def _is_first(self) -> bool:
        return self.claimed.claim is not None and self.claimed.claim.number == 1

    def _interrupted(
        self, outcomes: list[Outcome], reason: str, surely_not: bool = True
    ) -> ProposalError:
        """Nothing is under way, so that the next one may go on at once. It is open again when
        surely nothing was done."""
        settled = sum(each.settled for each in outcomes)
        if settled == 0 and self._is_first and surely_not:
            return self._reopened(reason)
        self._hand_on(outcomes, self.ports.now())
        steps = steps_of(self.claimed.content.action)
        return ConfirmUnfinished(self.claimed.id, settled, steps, reason)

    def _reopened(self, reason: str) -> ProposalError:
        """A message or a proposal that came meanwhile let it be, so that it ends now."""
        self._store(self.claimed.reopened())
        is_over = supersede_left_behind(
            self.claimed,
            self.ports.now(),
            self.ports.conversations,
            self.ports.proposals,
            self.ports.new_id,
        )
        if is_over:
            return ProposalOver(self.claimed.id, State.SUPERSEDED)
        return NotDoneYet(self.claimed.id, reason)

    def _hand_on(self, outcomes: list[Outcome], until: datetime) -> None:
        self._store(self.claimed.handed_on(tuple(outcomes), until))

    def _store(self, after: Proposal, *events: OutboxEvent) -> None:
        """Raises _Overtaken when the lease ended and somebody else went on with the same keys."""
        if not self.ports.proposals.store(ProposalChange(after, self.claimed, events)):
            raise _Overtaken

    def _of_the_other(self) -> Proposal:
        """What came of it instead."""
        found = self.ports.proposals.read(self.claimed.id)
        if found is None:
            raise ProposalNotFound(self.claimed.id)
        if found.state in DECIDED or found.claim is None:
            return found
        raise BeingConfirmed(found.id, found.claim.until)


def _rest(action: Action, outcomes: list[Outcome]) -> Action | None:
    """What of the action is still to be done."""
    if all(each.settled for each in outcomes):
        return None
    if isinstance(action, Sending):
        told = zip(action.sends, outcomes, strict=True)
        return replace(action, sends=tuple(send for send, known in told if not known.settled))
    return action
