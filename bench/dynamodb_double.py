"""A table of DynamoDB in this process, which counts calls and what they consume.

It stands where botocore's client stands, so that the real adapters work on it. It does what they
use and refuses all else. Sizes, units and pages are as DynamoDB's documentation has them.
"""

import operator
import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from typing import Any

from bench.dynamodb_expressions import Item, condition, updated
from infra.stacks import find_stack
from infra.templates import read_template

PAGE_BYTES = 1 << 20
READ_UNIT, WRITE_UNIT = 4_096, 1_024
LIST_BYTES = 3  # of a list or map itself; each element has one more
KEYS = re.compile(
    r"#\w+ = (:\w+)(?: AND (?:begins_with\(#\w+, (:\w+)\)"
    r"|#\w+ BETWEEN (:\w+) AND (:\w+)|#\w+ > (:\w+)))?$"
)
OWN = ("pk", "sk")
HIGHEST = "\U0010ffff"


def indexes_of(service: str) -> Mapping[str, tuple[str, str]]:
    """As the service's template declares them."""
    indexes = read_template(find_stack(service).template)["Service"]["table"]["indexes"]
    return {name: (pair[0], pair[1]) for name, pair in indexes.items()}


def size_of(item: Item) -> int:
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(attribute: Mapping[str, Any]) -> int:
    [(kind, value)] = attribute.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return len(value) // 2 + 1
    if kind == "M":
        return LIST_BYTES + len(value) + size_of(value)
    if kind == "L":
        return LIST_BYTES + len(value) + sum(map(_size, value))
    return 1


class TransactionCanceledException(Exception):
    def __init__(self, codes: list[str]) -> None:
        super().__init__(f"cancelled: {codes}")
        self.response = {"CancellationReasons": [{"Code": code} for code in codes]}


class _Exceptions:
    TransactionCanceledException = TransactionCanceledException


class DynamoDbDouble:
    """`on_call` is told the operation of each call. `indexes` are (partition, sort) by name."""

    exceptions = _Exceptions

    def __init__(
        self, on_call: Callable[[str], None], indexes: Mapping[str, tuple[str, str]]
    ) -> None:
        self._on_call, self._indexes = on_call, indexes
        self._rows: dict[str, dict[str, Item]] = {}
        self._order: dict[str, list[str]] = {}
        self.calls: Counter[str] = Counter()
        self.read_units = self.write_units = 0
        self.written: Counter[str] = Counter()  # units, by partition; `index/partition` of an index

    @property
    def rows(self) -> int:
        return sum(map(len, self._rows.values()))

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        self._called("GetItem")
        item = self._find(request["Key"])
        self.read_units += ceil(max(1, size_of(item or {})) / READ_UNIT)
        return {"Item": item} if item else {}

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        self._called("Query")
        pair = self._indexes[request["IndexName"]] if "IndexName" in request else OWN
        found, size, more = list[Item](), 0, False
        for item in self._asked_for(request, pair):
            more = len(found) == request.get("Limit") or size >= PAGE_BYTES
            if more:
                break
            found.append(item)
            size += size_of(item)
        self.read_units += ceil(max(1, size) / READ_UNIT)
        if not more:
            return {"Items": found}
        return {"Items": found, "LastEvaluatedKey": {key: found[-1][key] for key in {*OWN, *pair}}}

    def transact_write_items(self, TransactItems: list[Any]) -> None:
        self._called("TransactWriteItems")
        actions = [next(iter(each.items())) for each in TransactItems]
        codes = ["None" if self._holds(wish) else "ConditionalCheckFailed" for _, wish in actions]
        refused = any(code != "None" for code in codes)
        for kind, wish in actions:
            before = self._find(_key(wish)) or {}
            after = before if refused else _after(kind, wish, before)
            size = max(1, size_of(before), size_of(after))
            self._wrote(_key(wish)["pk"]["S"], 2 * ceil(size / WRITE_UNIT))
            if not refused:
                self._store(_key(wish), after)
                for name, pair in self._indexes.items():
                    self._index(name, pair, before, after)
        if refused:
            raise TransactionCanceledException(codes)

    def _called(self, operation: str) -> None:
        self.calls[operation] += 1
        self._on_call(operation)

    def _find(self, key: Item) -> Item | None:
        return self._rows.get(key["pk"]["S"], {}).get(key["sk"]["S"])

    def _holds(self, wish: Mapping[str, Any]) -> bool:
        text = wish.get("ConditionExpression")
        if text is None:
            return True
        item = self._find(_key(wish)) or {}
        return condition(text)(item, wish.get("ExpressionAttributeValues", {}))

    def _store(self, key: Item, item: Item) -> None:
        partition, name = key["pk"]["S"], key["sk"]["S"]
        rows = self._rows.setdefault(partition, {})
        order = self._order.setdefault(partition, [])
        if item and name not in rows:
            insort(order, name)
        if item:
            rows[name] = item
        elif rows.pop(name, None) is not None:
            del order[bisect_left(order, name)]

    def _wrote(self, partition: str, units: int) -> None:
        self.write_units += units
        self.written[partition] += units

    def _index(self, name: str, pair: tuple[str, str], before: Item, after: Item) -> None:
        """An index projects all attributes."""
        was, now = ([item.get(each) for each in pair] for item in (before, after))
        if before == after:
            return
        if all(now):
            self._wrote(f"{name}/{after[pair[0]]['S']}", ceil(size_of(after) / WRITE_UNIT))
        if all(was) and was != now:
            self._wrote(f"{name}/{before[pair[0]]['S']}", ceil(size_of(before) / WRITE_UNIT))

    def _asked_for(self, request: Mapping[str, Any], pair: tuple[str, str]) -> Iterator[Item]:
        """All of it behind the request's start, in the request's order."""
        partition, low, high = _bounds(request)
        start, backwards = (
            request.get("ExclusiveStartKey"),
            not request.get("ScanIndexForward", True),
        )
        if pair == OWN:  # no row is touched that nobody takes: there are 100,000
            if start is not None and backwards:
                high = start["sk"]["S"]
            elif start is not None:
                low = start["sk"]["S"] + "\0"
            rows, order = self._rows.get(partition, {}), self._order.get(partition, [])
            places = range(bisect_left(order, low), bisect_left(order, high))
            return (rows[order[place]] for place in (places[::-1] if backwards else places))
        found = [
            item
            for rows in self._rows.values()
            for item in rows.values()
            if all(name in item for name in pair)
            and item[pair[0]]["S"] == partition
            and low <= item[pair[1]]["S"] < high
        ]
        found.sort(key=lambda item: _place(item, pair), reverse=backwards)
        if start is None:
            return iter(found)
        begin = _place(start, pair)
        behind = operator.lt if backwards else operator.gt
        return (item for item in found if behind(_place(item, pair), begin))


def _bounds(request: Mapping[str, Any]) -> tuple[str, str, str]:
    """The partition, the first sort key, and the one behind the last."""
    values, text = request["ExpressionAttributeValues"], request["KeyConditionExpression"]
    asked = KEYS.match(text)
    if asked is None:
        raise NotImplementedError(f"a query of {text}")
    prefix, first, last, after = (
        values[name]["S"] if name else None for name in asked.groups()[1:]
    )
    low, high = prefix or first or "", HIGHEST
    if after is not None:
        low = after + "\0"
    if prefix is not None:
        high = prefix + HIGHEST
    elif last is not None:
        high = last + "\0"
    return values[asked[1]]["S"], low, high


def _place(item: Item, pair: tuple[str, str]) -> tuple[str, ...]:
    return tuple(item[name]["S"] for name in (pair[1], *OWN))


def _key(wish: Mapping[str, Any]) -> Item:
    item: Item = wish.get("Key") or wish["Item"]
    return {name: item[name] for name in ("pk", "sk")}


def _after(kind: str, wish: Mapping[str, Any], before: Item) -> Item:
    if kind == "Put":
        return dict(wish["Item"])
    if kind == "Delete":
        return {}
    if kind == "ConditionCheck":
        return before
    values = wish.get("ExpressionAttributeValues", {})
    return updated(before or _key(wish), wish["UpdateExpression"], values)
