"""The REST routes of proposals. Each turns a request into one use case and its answer."""

from functools import partial

from contracts import agent_api as http
from runtime.calls import Call
from runtime.http import Operation
from services.agent.domain.ports import Ports
from services.agent.domain.proposal import State
from services.agent.handlers.proposal_views import proposal_view, proposals_page
from services.agent.use_cases.confirm_proposal import confirm_proposal
from services.agent.use_cases.read_proposals import list_proposals, read_proposal
from services.agent.use_cases.reject_proposal import reject_proposal


def operations(ports: Ports) -> dict[str, Operation]:
    return {
        "list_proposals": partial(_list, ports),
        "read_proposal": partial(_read, ports),
        "confirm_proposal": partial(_confirm, ports),
        "reject_proposal": partial(_reject, ports),
    }


def _list(ports: Ports, call: Call[None]) -> http.ProposalsPage:
    query = call.query
    state = None if query.state is None else State(query.state)
    page = list_proposals(call.caller, state, (query.limit, query.cursor), ports=ports)
    return proposals_page(page, ports.now())


def _read(ports: Ports, call: Call[None]) -> http.ProposalView:
    found = read_proposal(call.path["id"], call.caller, ports=ports)
    return proposal_view(found, ports.now())


def _confirm(ports: Ports, call: Call[http.DecisionRequest]) -> http.ProposalView:
    proposal_id, digest = call.path["id"], call.body.digest
    done = confirm_proposal(proposal_id, digest, call.caller, call.token, ports=ports)
    return proposal_view(done, ports.now())


def _reject(ports: Ports, call: Call[http.DecisionRequest]) -> http.ProposalView:
    ended = reject_proposal(call.path["id"], call.body.digest, call.caller, ports=ports)
    return proposal_view(ended, ports.now())
