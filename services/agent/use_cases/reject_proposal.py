"""Ends a proposal: nothing of it is done."""

from kernel.caller import Caller
from services.agent.domain.errors import ProposalNotFound, ProposalsBusy
from services.agent.domain.ports import Ports, ProposalChange
from services.agent.domain.proposal import Proposal, State
from services.agent.domain_services import announce_proposals as announce

TRIES = 10  # each is lost to somebody who decided about it at the same moment


def reject_proposal(proposal_id: str, digest: str, caller: Caller, *, ports: Ports) -> Proposal:
    """When it is rejected again, the same. Raises ProposalNotFound, DigestDiffers, ProposalOver,
    BeingConfirmed, ProposalTooOld."""
    for _ in range(TRIES):
        found = ports.proposals.read(proposal_id)
        if found is None or found.owner != caller.name:
            raise ProposalNotFound(proposal_id)
        if found.state is State.REJECTED:
            found.require_digest(digest)
            return found
        after = found.rejected(digest, caller.name, ports.now())
        event = announce.rejected(after, "rejected", ports.new_id)
        if ports.proposals.store(ProposalChange(after, found, (event,))):
            return after
    raise ProposalsBusy(proposal_id)
