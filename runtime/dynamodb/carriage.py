"""Carries a service's records to the table of another region: as items out, through their own
dataclasses in.

carriage = Carriage(client, table, [Kind("user", User, "USER#", "USER", row, leaves, arrives)])
page = carriage.page(None)              # {"records": [{"kind", "item"}, ...], "cursor"}
told = carriage.take(page["records"])   # {"stored": 3, "known": 0, "kept": [], "refused": []}
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import eq
from typing import Any

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Action, Table, put

PAGES = 20  # of a megabyte, which one call looks through at most before it answers
MOST_RECORDS = 100  # that one call takes
REFUSALS = (TypeError, ValueError, KeyError, AttributeError)  # of an item that is no such record
NEW, UNCHANGED = "attribute_not_exists(#pk)", "#version = :seen"


@dataclass(frozen=True)
class Kind:
    """One kind of record. Its rows begin with `pk` and `sk`. Every record has a `version`.

    `row`: as its store writes it. `leaves`: as it goes into a file, without secrets. `arrives` gets
    the record and what is stored here, if anything, and says what is to be stored, or None to leave
    it as it is. It raises ValueError for a record that cannot be right. `besides` gets what is to
    be stored and what was, and says what else is written in the same transaction. `alike` compares
    what is stored here with what came, both as they leave.
    """

    name: str
    record: type[Any]
    pk: str
    sk: str
    row: Callable[[Any], Item]
    leaves: Callable[[Any], Any]
    arrives: Callable[[Any, Any], Any]
    besides: Callable[[Any, Any], Sequence[Action]] = lambda arrived, stored: ()
    alike: Callable[[Any, Any], bool] = eq

    def has(self, row: Item) -> bool:
        pk, sk = str(row["pk"]["S"]), str(row["sk"]["S"])
        return pk.startswith(self.pk) and sk.startswith(self.sk)


def newer(record: Any, stored: Any) -> Any:
    """What has changed more often counts."""
    return record if stored is None or record.version > stored.version else None


class BusyRecord(Exception):
    """Somebody changes it again and again."""


class Carriage:
    def __init__(self, client: BaseClient, table: str, kinds: Sequence[Kind]) -> None:
        self._client, self._name, self._table = client, table, Table(client, table)
        self._kinds = kinds

    def page(self, cursor: str | None) -> dict[str, Any]:
        """Some records, and where to go on, or None. Each is as it is at some moment meanwhile."""
        start: Item | None = None if cursor is None else json.loads(cursor)
        found: list[dict[str, Any]] = []
        for _ in range(PAGES):
            where = {} if start is None else {"ExclusiveStartKey": start}
            answer = self._client.scan(TableName=self._name, ConsistentRead=True, **where)
            found += self._leaving(answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if found or start is None:
                break
        return {"records": found, "cursor": None if start is None else json.dumps(start)}

    def _leaving(self, rows: Iterable[Item]) -> Iterable[dict[str, Any]]:
        for row in rows:
            for kind in self._kinds:
                if kind.has(row):
                    left = kind.leaves(from_item(kind.record, row))
                    yield {"kind": kind.name, "item": to_item(left)}

    def take(self, records: Sequence[Any]) -> dict[str, Any]:
        """May be repeated. `kept` are records that are stored here in another form, which stays.
        `refused` are none at all."""
        told: dict[str, Any] = {"stored": 0, "known": 0, "kept": [], "refused": []}
        if len(records) > MOST_RECORDS:
            raise ValueError(f"{len(records)} records at once; {MOST_RECORDS} are the most.")
        for each in records:
            try:
                how, name = self._take(each)
            except REFUSALS as error:
                told["refused"].append(f"{_named(each)}: {type(error).__name__}: {error}"[:500])
                continue
            if how == "kept":
                told["kept"].append(name)
            else:
                told[how] += 1
        return told

    def _take(self, given: Any) -> tuple[str, str]:
        kinds = {kind.name: kind for kind in self._kinds}
        if given["kind"] not in kinds:
            raise ValueError(f"there is no kind {given['kind']!r}; there are {', '.join(kinds)}")
        kind = kinds[given["kind"]]
        record = from_item(kind.record, given["item"])
        row = kind.row(record)
        key = {"pk": row["pk"], "sk": row["sk"]}
        name = f"{row['pk']['S']} {row['sk']['S']}"
        if not kind.has(row):
            raise ValueError(f"{name} is no place of a {kind.name}")
        before = self._table.read(key)
        stored = None if before is None else from_item(kind.record, before)
        arrived = kind.arrives(record, stored)
        if arrived is None:
            left = None if stored is None else kind.leaves(stored)
            same = left is not None and kind.alike(left, kind.leaves(record))
            return ("known" if same else "kept"), name
        own = kind.row(arrived)
        change = put(own, NEW) if stored is None else put(own, UNCHANGED, seen=stored.version)
        actions = [change, *kind.besides(arrived, stored)]
        refused = self._table.write(actions, busy=BusyRecord(name))
        return ("kept" if refused else "stored"), name


def _named(given: Any) -> str:
    kind = given.get("kind") if isinstance(given, dict) else None
    item = given.get("item") if isinstance(given, dict) else None
    known = item if isinstance(item, dict) else {}
    ids = [known[name] for name in ("id", "name", "key", "transfer_id") if name in known]
    return f"{kind!r} {json.dumps(ids[:1])[:100]}"
