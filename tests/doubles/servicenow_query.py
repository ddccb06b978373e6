"""Encoded queries (sysparm_query), with the traps of the real ones.

A part with a field that the table has not, or that cannot be read, is dropped silently. Text is
compared as the database does it: without regard to case and to blanks at the end. What is equal to
an empty value is empty itself. Without ORDERBY the order means nothing (it is that of sys_id).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Row = Mapping[str, str]
PART = re.compile(
    r"(?P<name>[a-z0-9_.]+)(?P<operator>!=|>=|<=|=|>|<|NOT IN|IN|NOT LIKE|LIKE|CONTAINS|STARTSWITH"
    r"|ENDSWITH|ISEMPTY|ISNOTEMPTY)(?P<value>.*)",
    re.DOTALL,
)
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    ">": lambda have, want: have > want,
    "<": lambda have, want: have < want,
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
    "IN": lambda have, want: have in _listed(want),
    "NOT IN": lambda have, want: have not in _listed(want),
    "LIKE": lambda have, want: want in have,
    "CONTAINS": lambda have, want: want in have,
    "NOT LIKE": lambda have, want: want not in have,
    "STARTSWITH": lambda have, want: have.startswith(want),
    "ENDSWITH": lambda have, want: have.endswith(want),
    "ISEMPTY": lambda have, _: not have,
    "ISNOTEMPTY": lambda have, _: bool(have),
}


@dataclass(frozen=True)
class Part:
    name: str
    operator: str
    value: str

    def fits(self, row: Row) -> bool:
        return OPERATORS[self.operator](_folded(row.get(self.name, "")), _folded(self.value))


@dataclass
class Query:
    """Any of `branches` (^NQ) whose groups (^) each have a part that fits (^OR). `dropped` are the
    parts that were not understood."""

    branches: list[list[list[Part]]] = field(default_factory=lambda: [[]])
    order: list[tuple[str, bool]] = field(default_factory=list)  # name, descending
    dropped: list[str] = field(default_factory=list)

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        found = [row for row in rows if any(self._fits(each, row) for each in self.branches)]
        found.sort(key=lambda row: row["sys_id"])
        for name, descending in reversed(self.order):
            found.sort(key=lambda row: _folded(row.get(name, "")), reverse=descending)
        return found

    def _fits(self, groups: list[list[Part]], row: Row) -> bool:
        return all(any(part.fits(row) for part in group) for group in groups)


def parsed(text: str, knows: Callable[[str], bool]) -> Query:
    query = Query()
    for piece in _pieces(text):
        if piece.startswith("ORDERBY"):
            _order(query, piece.removeprefix("ORDERBY"), knows)
            continue
        alternative = piece.startswith("OR")
        if piece.startswith("NQ"):
            query.branches.append([])
        rest = piece[2:] if piece.startswith(("OR", "NQ")) else piece
        match = PART.fullmatch(rest)
        if match is None or not knows(match["name"]):
            query.dropped.append(piece)
            continue
        part = Part(match["name"], match["operator"], match["value"])
        groups = query.branches[-1]
        if alternative and groups:
            groups[-1].append(part)
        else:
            groups.append([part])
    return query


def _pieces(text: str) -> list[str]:
    """^^ stands for one ^ in a value."""
    pieces = [each.replace("\0", "^") for each in text.replace("^^", "\0").split("^")]
    return [each for each in pieces if each not in ("", "EQ")]


def _order(query: Query, name: str, knows: Callable[[str], bool]) -> None:
    descending = name.startswith("DESC")
    name = name.removeprefix("DESC")
    if knows(name):
        query.order.append((name, descending))
    else:
        query.dropped.append(f"ORDERBY{name}")


def _folded(text: str) -> str:
    return text.rstrip(" ").casefold()


def _listed(text: str) -> list[str]:
    return [_folded(each) for each in text.split(",")]
