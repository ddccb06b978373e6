"""Proposals in DynamoDB: each in a partition of its own, and places by which it is found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import (
    Item,
    epoch_seconds,
    from_item,
    instant,
    to_attribute,
    to_item,
)
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Action, Table, check, put, row_key
from services.agent.domain.canonical import content_of
from services.agent.domain.errors import FieldInvalid, ProposalsBusy
from services.agent.domain.ports import ProposalChange
from services.agent.domain.proposal import Claim, Outcome, Proposal, State
from services.agent.domain.trouble import Trouble

PROPOSAL, NEWEST, MADE = "PROPOSAL", "NEWEST_PROPOSAL", "PROPOSAL#"
KEPT = timedelta(days=400)  # as long as tickets tell of it
NEW, UNCHANGED = "attribute_not_exists(#pk)", "#version = :version"
STILL_NEWEST = "#proposal_id = :proposal_id"
PLACE = re.compile(r"PROPOSAL#[0-9T:.+-]{32}#[A-Za-z0-9._:-]{1,128}")


@dataclass(frozen=True)
class _Row:
    """A proposal without its content, which is read from the canonical text."""

    canonical: str
    digest: str
    correlation_id: str
    state: State
    claim: Claim | None
    outcomes: tuple[Outcome, ...]
    decided_at: datetime | None
    decided_by: str | None
    session_id: str | None
    trouble: Trouble | None
    version: int


class DynamoDbProposals:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name, self._table = client, table, Table(client, table)

    def read(self, proposal_id: str) -> Proposal | None:
        row = self._table.read(_key(proposal_id))
        return _proposal(row) if row else None

    def newest_of(self, conversation_id: str) -> Proposal | None:
        place = self._table.read(_newest_key(conversation_id))
        return self.read(place["proposal_id"]["S"]) if place else None

    def store(self, change: ProposalChange) -> bool:
        return not self._table.write([*_stored(change)], ProposalsBusy(change.now.id))

    def make(self, new: ProposalChange, newest: ProposalChange | None) -> bool:
        actions = [*_stored(new), *_places(new.now, newest.now.id if newest else None)]
        if newest is not None:
            actions += _stored(newest)
        return not self._table.write(actions, ProposalsBusy(new.now.id))

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Proposal]:
        values: dict[str, object] = {"pk": f"U#{owner}", "prefix": MADE}
        options: dict[str, Any] = {"ScanIndexForward": False, "Limit": limit + 1}
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(_query(owner), cursor, PLACE, refusal)
            options["ExclusiveStartKey"] = row_key(f"U#{owner}", after)
        found = self._table.rows("#pk = :pk AND begins_with(#sk, :prefix)", values, **options)
        places = list(islice(found, limit + 1))
        shown = places[:limit]
        more = len(places) > limit
        last = write_cursor(_query(owner), shown[-1]["sk"]["S"]) if more else None
        return Page(list(self._all(shown)), last)

    def _all(self, places: list[Item]) -> Iterator[Proposal]:
        ids = [place["proposal_id"]["S"] for place in places]
        keys = [_key(each) for each in ids]
        rows = read_rows(self._client, self._name, keys, lambda left: ProposalsBusy(ids[-left]))
        known = {each.id: each for each in map(_proposal, rows)}
        yield from (known[each] for each in ids if each in known)


def _key(proposal_id: str) -> Item:
    return row_key(f"P#{proposal_id}", PROPOSAL)


def _newest_key(conversation_id: str) -> Item:
    return row_key(f"C#{conversation_id}", NEWEST)


def _query(owner: str) -> str:
    return f"proposals of {owner}"


def _stored(change: ProposalChange) -> Iterator[Action]:
    """The proposal unless it was changed since it was read, and its events."""
    now, before = change.now, change.before
    if now == before:  # only that nobody else has changed it
        yield check(_key(now.id), UNCHANGED, version=now.version)
        return
    version = (before.version if before else 0) + 1
    yield _put(now, version, before)
    at = now.decided_at or now.content.made_at
    yield from outbox_rows(f"P#{now.id}", version, change.events, at)


def _put(now: Proposal, version: int, before: Proposal | None) -> Action:
    state = vars(replace(now, version=version)).copy()
    del state["content"]
    row = _key(now.id) | to_item(_Row(**state)) | _expiry(now)
    return put(row, UNCHANGED, version=before.version) if before else put(row, NEW)


def _places(new: Proposal, newest: str | None) -> Iterator[Action]:
    """By which it is found: the newest of its conversation, and one of its owner's."""
    named = {"proposal_id": to_attribute(new.id)} | _expiry(new)
    place = _newest_key(new.content.conversation_id) | named
    yield put(place, STILL_NEWEST, proposal_id=newest) if newest else put(place, NEW)
    sort = f"{MADE}{instant(new.content.made_at)}#{new.id}"
    yield put(row_key(f"U#{new.owner}", sort) | named, NEW)


def _expiry(proposal: Proposal) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(proposal.content.made_at + KEPT))}


def _proposal(row: Item) -> Proposal:
    state = vars(from_item(_Row, row))
    return Proposal(content_of(state["canonical"]), **state)
