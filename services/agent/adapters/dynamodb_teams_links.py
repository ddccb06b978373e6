"""Links with Teams in DynamoDB: one row for each user, and a pointer to it for each person.

A pointer counts only while the link that it names is there, so nobody has to remove it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Action, Table, delete, put, row_key
from services.agent.domain.teams import Code, Link, Person, person_key
from services.agent.domain.teams_errors import TeamsBusy

LINK, OWN_CODE, CODE, PERSON = "TEAMS", "TEAMS_CODE", "CODE", "PERSON"
KEPT = timedelta(days=7)  # behind the end of its session, so that people read why nobody answers
SAME, SEEN = "#id = :id", "#version = :seen"
FREE_OR_SAME = "attribute_not_exists(#pk) OR #id = :id"
CURRENT = "#digest = :digest"


class DynamoDbTeamsLinks:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def offer(self, code: Code) -> None:
        expiry = _expiry(code.good_until)
        own = _own_code(code.owner) | {"digest": to_attribute(code.digest)} | expiry
        row = _code(code.digest) | to_item(code) | expiry
        self._write([put(row, "attribute_not_exists(#pk)"), put(own, ANYWAY)], code.owner)

    def code(self, digest: str) -> Code | None:
        row = self._table.read(_code(digest))
        if row is None:
            return None
        found = from_item(Code, row)
        own = self._table.read(_own_code(found.owner))
        return found if own is not None and own["digest"]["S"] == digest else None

    def void_code(self, owner: str) -> None:
        self._write([delete(_own_code(owner), ANYWAY)], owner)

    def of_owner(self, owner: str) -> Link | None:
        row = self._table.read(_link(owner))
        return from_item(Link, row) if row else None

    def of_person(self, person: Person) -> Link | None:
        pointer = self._table.read(_person(person))
        if pointer is None:
            return None
        found = self.of_owner(pointer["owner"]["S"])
        same = found is not None and found.person == person and found.id == pointer["link"]["S"]
        return found if same else None

    def connect(self, code: Code, link: Link, replaced: Sequence[Link]) -> bool:
        own = _own_code(code.owner)
        actions = [
            delete(_code(code.digest), "attribute_exists(#pk)"),
            delete(own, CURRENT, digest=code.digest),
            self._linked(link, replaced),
            put(self._pointer(link), ANYWAY),
        ]
        others = [each for each in replaced if each.owner != link.owner]
        actions += [delete(_link(each.owner), SAME, id=each.id) for each in others]
        return not self._write(actions, link.owner)

    def _linked(self, link: Link, replaced: Sequence[Link]) -> Action:
        before = next((each for each in replaced if each.owner == link.owner), None)
        row = self._row(link)
        if before is None:
            return put(row, "attribute_not_exists(#pk)")
        return put(row, FREE_OR_SAME, id=before.id)

    def save(self, link: Link) -> Link | None:
        saved = replace(link, version=link.version + 1)
        refused = self._write([put(self._row(saved), SEEN, seen=link.version)], link.owner)
        return None if refused else saved

    def forget(self, link: Link) -> None:
        self._write([delete(_link(link.owner), FREE_OR_SAME, id=link.id)], link.owner)

    def _row(self, link: Link) -> Item:
        return _link(link.owner) | to_item(link) | _expiry(link.session_until + KEPT)

    def _pointer(self, link: Link) -> Item:
        told = {"owner": to_attribute(link.owner), "link": to_attribute(link.id)}
        return _person(link.person) | told | _expiry(link.session_until + KEPT)

    def _write(self, actions: Sequence[Action], owner: str) -> frozenset[int]:
        return self._table.write(actions, TeamsBusy(f"the link of {owner!r}"))


def _link(owner: str) -> Item:
    return row_key(f"U#{owner}", LINK)


def _own_code(owner: str) -> Item:
    return row_key(f"U#{owner}", OWN_CODE)


def _code(digest: str) -> Item:
    return row_key(f"TEAMS#{digest}", CODE)


def _person(person: Person) -> Item:
    return row_key(f"TEAMS#{person_key(person)}", PERSON)


def _expiry(at: datetime) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(at))}
