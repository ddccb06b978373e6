"""Shows proposals: one, and a caller's own."""

from kernel.caller import Caller, Role
from kernel.pages import Page
from services.agent.domain.errors import ProposalNotFound
from services.agent.domain.ports import Ports
from services.agent.domain.proposal import Proposal, State

MOST_LISTED = 50  # one has up to 100 kB
SEE_ALL = frozenset({Role.AUDITOR, Role.ADMIN})


def read_proposal(proposal_id: str, caller: Caller, *, ports: Ports) -> Proposal:
    """Raises ProposalNotFound, also for somebody else's."""
    found = ports.proposals.read(proposal_id)
    if found is None or not (found.owner == caller.name or caller.has(SEE_ALL)):
        raise ProposalNotFound(proposal_id)
    return found


def list_proposals(
    caller: Caller, state: State | None, page: tuple[int, str | None], *, ports: Ports
) -> Page[Proposal]:
    """`page` is how many at most, and where to go on. A page may have fewer, or with `state` none,
    before the last one. Raises FieldInvalid for a cursor that is not ours."""
    limit, cursor = page
    found = ports.proposals.of_owner(caller.name, min(limit, MOST_LISTED), cursor)
    now = ports.now()
    wanted = [each for each in found.items if state in (None, each.state_at(now))]
    return Page(wanted, found.cursor)
