"""What an earlier confirmation did before it ended without a word, as our API shows it now."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway
from services.agent.domain.ports import Reader
from services.agent.domain.proposal import Outcome, Proposal
from services.agent.domain.proposed import Kind, Sending, Steering
from services.agent.domain.writes import steps_of
from services.agent.domain_services.looking import rows_of, text_in

CLOCKS_DIFFER = timedelta(minutes=1)  # at most, of the agent and of the API
AT_ONCE, MOST_PAGES = 20, 25  # transfers of the user since then; one has some 3 kB
REACHED = {  # the states in which a transfer is after it was steered
    Kind.PAUSE: frozenset({"paused"}),
    Kind.RESUME: frozenset({"requested", "moving", "verifying", "committing", "completed"}),
    Kind.CANCEL: frozenset({"cancelling", "cancelled"}),
}


def found_done(proposal: Proposal, reader: Reader) -> Sequence[Outcome]:
    """Of each step. Nothing is known of a ticket: its key finds it. Raises ApiRefused, ApiAway."""
    action = proposal.content.action
    known = proposal.outcomes or (Outcome(),) * steps_of(action)
    if proposal.claim is None or proposal.claim.number == 1 or all(e.settled for e in known):
        return known
    if isinstance(action, Sending):
        started = _started(proposal, action, reader)
        sources = [(each.source.bucket, each.source.key) for each in action.sends]
        return [
            outcome if outcome.settled else Outcome(started.get(source))
            for outcome, source in zip(known, sources, strict=True)
        ]
    if isinstance(action, Steering) and _steered(action, reader):
        return [Outcome(action.transfer_id)]
    return known


def _started(
    proposal: Proposal, action: Sending, reader: Reader
) -> Mapping[tuple[object, object], str]:
    """Ids of the user's transfers that name this proposal, by bucket and key."""
    since = proposal.content.made_at - CLOCKS_DIFFER
    query = {
        "from": since.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "destination": action.place.id,
        "order": "oldest",
        "limit": str(AT_ONCE),
    }
    found: dict[tuple[object, object], str] = {}
    for _ in range(MOST_PAGES):
        told = reader.read("list_transfers", None, query)
        for row in rows_of("list_transfers", told, "transfers"):
            if _names(row, proposal) and isinstance(source := row.get("source"), dict):
                place = (source.get("bucket"), source.get("key"))
                found[place] = text_in("list_transfers", row, "id")
        cursor = told.get("cursor")
        if not isinstance(cursor, str) or len(found) == len(action.sends):
            return found
        query["cursor"] = cursor
    raise ApiAway("list_transfers", "the user has too many transfers to look through")


def _names(row: Json, proposal: Proposal) -> bool:
    origin = row.get("origin")
    named = (origin.get("proposal_id"), origin.get("digest")) if isinstance(origin, dict) else None
    return named == (proposal.id, proposal.digest)


def _steered(action: Steering, reader: Reader) -> bool:
    told = reader.read("read_transfer", {"id": action.transfer_id})
    run, status = told.get("run"), told.get("status")
    if action.kind is Kind.RETRY:
        return isinstance(run, int) and run > action.run
    return run == action.run and status in REACHED[action.kind]
