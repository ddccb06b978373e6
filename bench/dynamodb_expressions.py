"""The part of DynamoDB's expressions that our adapters use, as Python functions.

Names stand for themselves behind '#', as runtime.dynamodb.table writes them. What is not known
raises, so that nothing is judged wrongly in silence.
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Item = dict[str, Any]
Values = Mapping[str, Any]
Condition = Callable[[Item, Values], bool]

TOKEN = re.compile(r"\s*(#\w+|:\w+|<=|>=|<>|[()=<>,]|\w+)")
COMPARE = {"=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le}
CLAUSE = re.compile(r"(SET|REMOVE)\s+(.*?)(?=\s+(?:SET|REMOVE)\s|$)")
# A value; the number there and another one; what is there or else a value; that and another one.
ASSIGNED = re.compile(
    r"#(\w+) = (?:(:\w+)|#\w+ \+ (:\w+)|if_not_exists\(#\w+, (:\w+)\)(?: \+ (:\w+))?)$"
)
BETWEEN_COMMAS = re.compile(r",\s*(?=#)")


def plain(attribute: Any) -> Any:  # noqa: ANN401 - an attribute's value has any type
    """What is compared: a number as such, all else as it is."""
    if attribute is not None and "N" in attribute:
        return float(attribute["N"])
    return None if attribute is None else next(iter(attribute.values()))


@cache
def condition(text: str) -> Condition:
    return _Parser(TOKEN.findall(text)).whole()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def whole(self) -> Condition:
        found = self._either()
        if self._tokens:
            raise NotImplementedError(f"in a condition: {self._tokens}")
        return found

    def _either(self) -> Condition:
        sides = [self._all()]
        while self._took("OR"):
            sides.append(self._all())
        return lambda item, values: any(side(item, values) for side in sides)

    def _all(self) -> Condition:
        sides = [self._term()]
        while self._took("AND"):
            sides.append(self._term())
        return lambda item, values: all(side(item, values) for side in sides)

    def _term(self) -> Condition:
        first = self._next()
        if first == "(":
            inner = self._either()
            self._expect(")")
            return inner
        if first in {"attribute_exists", "attribute_not_exists"}:
            self._expect("(")
            name = self._next()[1:]
            self._expect(")")
            wanted = first == "attribute_exists"
            return lambda item, values: (name in item) is wanted
        return self._comparison(first[1:])

    def _comparison(self, name: str) -> Condition:
        sign = self._next()
        if sign == "IN":
            self._expect("(")
            among = [self._next()]
            while self._took(","):
                among.append(self._next())
            self._expect(")")
            return lambda item, values: item.get(name) in [values[each] for each in among]
        compare, other = COMPARE[sign], self._next()

        def holds(item: Item, values: Values) -> bool:
            right = values[other] if other[0] == ":" else item.get(other[1:])
            mine = plain(item.get(name))
            return mine is not None and right is not None and bool(compare(mine, plain(right)))

        return holds

    def _next(self) -> str:
        return self._tokens.pop(0)

    def _took(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True

    def _expect(self, token: str) -> None:
        if not self._took(token):
            raise NotImplementedError(f"in a condition: no {token} before {self._tokens}")


def updated(item: Item, change: str, values: Values) -> Item:
    """The item after that UpdateExpression."""
    made = dict(item)
    for clause, text in CLAUSE.findall(change):
        for part in BETWEEN_COMMAS.split(text):
            if clause == "REMOVE":
                made.pop(part[1:], None)
                continue
            found = ASSIGNED.match(part)
            if found is None:
                raise NotImplementedError(f"in a change: {part}")
            name, value, added, first, more = found.groups()
            if added or more:
                there = item[name] if added or name in item else values[first]
                number = int(there["N"]) + int(values[added or more]["N"])
                made[name] = {"N": str(number)}
            elif value or name not in item:
                made[name] = values[value or first]
    return made
