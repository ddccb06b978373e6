"""Who sees proposals, who rejects them, and what the routes answer."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.agent_routes import AGENT_ROUTES
from kernel.caller import Caller
from runtime.http import Api
from runtime.problems import Problems
from services.agent.domain.errors import (
    DigestDiffers,
    FieldInvalid,
    ProposalNotFound,
    ProposalOver,
)
from services.agent.domain.proposal import State
from services.agent.handlers.api_proposals import operations
from services.agent.use_cases.read_proposals import MOST_LISTED, list_proposals, read_proposal
from services.agent.use_cases.reject_proposal import reject_proposal
from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, OPERATOR
from tests.unit.agent.confirming import LEASE, Confirming, lost
from tests.unit.runtime.gateway import header, request
from tests.unit.runtime.lambda_context import Invocation

OTHER = "0" * 64


def test_a_rejected_one_is_over_and_rejecting_it_again_says_the_same() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    first = reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
    again = reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
    assert (first.state, again.decided_at) == (State.REJECTED, first.decided_at)
    assert it.told() == ["ProposalMade.v1", "ProposalRejected.v1"]
    with pytest.raises(ProposalOver, match="rejected"):
        it.confirm(proposal)
    assert it.transfers() == []


def test_nobody_else_and_no_other_digest_rejects() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    for by in (BOB, ADMIN, AUDITOR):
        with pytest.raises(ProposalNotFound):
            reject_proposal(proposal.id, proposal.digest, by, ports=it.ports)
    with pytest.raises(DigestDiffers):
        reject_proposal(proposal.id, OTHER, ANN, ports=it.ports)
    reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
    with pytest.raises(DigestDiffers):
        reject_proposal(proposal.id, OTHER, ANN, ports=it.ports)


def test_what_was_done_or_expired_is_not_rejected() -> None:
    it = Confirming()
    proposal = it.start_proposed()
    it.confirm(proposal)
    with pytest.raises(ProposalOver, match="confirmed"):
        reject_proposal(proposal.id, proposal.digest, ANN, ports=it.ports)
    late = it.start_proposed()
    it.pass_time(timedelta(minutes=15))
    with pytest.raises(ProposalOver, match="expired"):
        reject_proposal(late.id, late.digest, ANN, ports=it.ports)


@pytest.mark.parametrize(("by", "sees"), [(AUDITOR, True), (ADMIN, True), (BOB, False)])
def test_auditors_and_admins_read_the_proposals_of_all(by: Caller, sees: bool) -> None:
    it = Confirming()
    proposal = it.start_proposed()
    if sees:
        assert read_proposal(proposal.id, by, ports=it.ports).digest == proposal.digest
    else:
        with pytest.raises(ProposalNotFound):
            read_proposal(proposal.id, by, ports=it.ports)
    with pytest.raises(ProposalNotFound):
        read_proposal(proposal.id, OPERATOR, ports=it.ports)


def test_a_list_has_ones_own_by_their_state_and_never_too_many() -> None:
    it = Confirming()
    made = [it.start_proposed().id for _ in range(MOST_LISTED + 2)]
    page = list_proposals(ANN, None, (1_000, None), ports=it.ports)
    assert [each.id for each in page.items] == made[::-1][:MOST_LISTED]
    rest = list_proposals(ANN, None, (1_000, page.cursor), ports=it.ports)
    assert [each.id for each in rest.items] == made[1::-1]
    still_open = list_proposals(ANN, State.OPEN, (1_000, None), ports=it.ports)
    assert [each.id for each in still_open.items] == made[-1:]
    it.pass_time(timedelta(minutes=15))
    gone = list_proposals(ANN, State.EXPIRED, (1_000, None), ports=it.ports)
    assert [each.id for each in gone.items] == made[-1:]
    assert list_proposals(ADMIN, None, (10, None), ports=it.ports).items == []
    with pytest.raises(FieldInvalid):
        list_proposals(BOB, None, (10, page.cursor), ports=it.ports)


class Client:
    """Calls the routes of proposals as a user does, with a token."""

    def __init__(self, it: Confirming) -> None:
        known = operations(it.ports)
        routes = [each for each in AGENT_ROUTES if each.operation_id in known]
        self._api = Api(routes, known, Problems({}), ())

    def __call__(
        self, method: str, path: str, body: object = None, caller: Caller | None = ANN
    ) -> tuple[int, Any]:
        token = {"Authorization": f"Bearer {caller.name}"} if caller else {}
        event = request(method, f"/api/agent/proposals{path}", body, token, caller=caller)
        answer = self._api(event, Invocation())
        assert header(answer, "Cache-Control") in ("no-store", "private, no-cache")
        return answer["statusCode"], json.loads(answer["body"])


def test_the_routes_show_confirm_and_list_and_say_what_is_wrong() -> None:
    it = Confirming()
    client, proposal = Client(it), it.start_proposed()
    path, decision = f"/{proposal.id}", {"digest": proposal.digest}
    status, shown = client("GET", path)
    assert (status, shown["state"], shown["digest"]) == (200, "open", proposal.digest)
    refusals = [
        client("POST", f"{path}/confirm", {"digest": OTHER}),
        client("POST", f"{path}/confirm", {"digest": "yes"}),
        client("POST", f"{path}/confirm", {}),
        client("POST", f"{path}/confirm", decision, BOB),
        client("POST", f"{path}/confirm", decision, None),
    ]
    assert [status for status, _ in refusals] == [409, 400, 400, 404, 401]
    status, done = client("POST", f"{path}/confirm", decision)
    assert (status, done["state"]) == (200, "confirmed")
    [transfer] = it.transfers()
    assert [each["result"] for each in done["steps"]] == [transfer.id]
    assert client("POST", f"{path}/confirm", decision) == (200, done)
    assert client("POST", f"{path}/reject", decision)[1]["code"] == "proposal_over"
    assert [each["id"] for each in client("GET", "")[1]["proposals"]] == [proposal.id]


def test_an_unclear_end_is_a_502_that_says_to_confirm_again() -> None:
    it = Confirming()
    client, proposal = Client(it), it.start_proposed()
    confirm, decision = f"/{proposal.id}/confirm", {"digest": proposal.digest}
    it.calls.lose_answer("http.send", lost, after=2)
    status, told = client("POST", confirm, decision)
    assert (status, told["code"]) == (502, "confirm_unclear")
    assert "Confirm it again after" in told["detail"]
    status, told = client("POST", confirm, decision)
    assert (status, told["code"]) == (409, "being_confirmed")
    it.pass_time(LEASE)
    assert client("POST", confirm, decision)[1]["state"] == "confirmed"
    assert len(it.transfers()) == 1


def test_a_confirmation_without_a_token_of_its_own_does_nothing() -> None:
    """A caller that the authorizer found some other way has nothing to act with."""
    it = Confirming()
    proposal = it.start_proposed()
    api = Api(
        [each for each in AGENT_ROUTES if each.operation_id in operations(it.ports)],
        operations(it.ports),
        Problems({}),
        (),
    )
    path, body = f"/api/agent/proposals/{proposal.id}/confirm", {"digest": proposal.digest}
    assert api(request("POST", path, body), Invocation())["statusCode"] == 401
    assert it.transfers() == []
    assert replace(it.state(proposal), version=0) == replace(proposal, version=0)
