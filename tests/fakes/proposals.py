"""Proposals in memory. `told` has every event that was stored, in its order."""

import threading
from dataclasses import replace

from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.agent.adapters.dynamodb_proposals import PLACE
from services.agent.domain.canonical import content_of
from services.agent.domain.errors import FieldInvalid
from services.agent.domain.ports import ProposalChange
from services.agent.domain.proposal import Proposal


class InMemoryProposals:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Proposal] = {}
        self.newest: dict[str, str] = {}
        self.told: list[OutboxEvent] = []

    def read(self, proposal_id: str) -> Proposal | None:
        """What is done comes from the canonical text, as in the real store."""
        found = self.rows.get(proposal_id)
        return replace(found, content=content_of(found.canonical)) if found else None

    def newest_of(self, conversation_id: str) -> Proposal | None:
        with self.lock:
            found = self.newest.get(conversation_id)
            return self.read(found) if found else None

    def store(self, change: ProposalChange) -> bool:
        with self.lock:
            return self._fits(change) and self._keep(change)

    def make(self, new: ProposalChange, newest: ProposalChange | None) -> bool:
        conversation_id = new.now.content.conversation_id
        with self.lock:
            known = self.newest.get(conversation_id)
            if known != (newest.now.id if newest else None) or not self._fits(new):
                return False
            if newest is not None and not self._fits(newest):
                return False
            self._keep(new)
            if newest is not None:
                self._keep(newest)
            self.newest[conversation_id] = new.now.id
            return True

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Proposal]:
        query = f"proposals of {owner}"
        found = sorted(
            ((_place(each), each.id) for each in self.rows.values() if each.owner == owner),
            reverse=True,
        )
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, PLACE, refusal)
            found = [each for each in found if each[0] < after]
        shown = [self.rows[proposal_id] for _, proposal_id in found[:limit]]
        more = len(found) > limit
        return Page(shown, write_cursor(query, found[limit - 1][0]) if more else None)

    def _fits(self, change: ProposalChange) -> bool:
        stored = self.rows.get(change.now.id)
        return (stored and stored.version) == (change.before and change.before.version)

    def _keep(self, change: ProposalChange) -> bool:
        if change.now != change.before:
            version = (change.before.version if change.before else 0) + 1
            self.rows[change.now.id] = replace(change.now, version=version)
        self.told += change.events
        return True


def _place(proposal: Proposal) -> str:
    made = proposal.content.made_at.isoformat(timespec="microseconds")
    return f"PROPOSAL#{made}#{proposal.id}"
