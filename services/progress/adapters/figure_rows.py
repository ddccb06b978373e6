"""The rows of figures: one for a day and destination of somebody, or several, its shards.

An hour has an attribute for each of its figures, as c13 for those completed from 13:00. Their names
are short, because rows of months are read at once.
"""

import re
from collections import Counter
from datetime import date, timedelta

from runtime.dynamodb.items import Item, epoch_seconds
from runtime.dynamodb.table import ANYWAY, Action, row_key, update
from services.progress.domain.ending import (
    BYTES,
    EVERYBODY,
    MILLISECONDS,
    MOST_CODES,
    OTHER,
    REASON,
    Counted,
    Outcome,
    kept_until,
)
from services.progress.domain.statistics import DayFigures

PARTITION = "FIGURES#"
LETTERS = {
    Outcome.COMPLETED.value: "c",
    Outcome.FAILED.value: "f",
    Outcome.CANCELLED.value: "x",
    BYTES: "b",
    MILLISECONDS: "m",
}
NAMES = {letter: name for name, letter in LETTERS.items()}
OF_REASON = "r"  # r13_no_space
ATTRIBUTE = re.compile(rf"([{''.join(NAMES)}{OF_REASON}])(\d\d)(?:_(\w+))?")
HAS_ROOM = "attribute_not_exists(#codes) OR contains(#codes, :code) OR size(#codes) < :most"

Key = tuple[str, date, str, int]  # whose, day, destination, shard
Changes = dict[Key, Counter[str]]  # by attribute


def changes_of(now: Counted, before: Counted | None) -> Changes:
    """What `now` adds and `before` took, by rows. A transaction takes one action for each row."""
    changes: Changes = {}
    for counted, sign in ((now, 1), (before, -1)):
        if counted is not None:
            ending = counted.ending
            for whose in (ending.owner, EVERYBODY):
                key = whose, ending.day, ending.destination, counted.shard
                row = changes.setdefault(key, Counter())
                for name, figure in ending.figures.items():
                    row[_attribute(name, ending.hour)] += sign * figure
    return changes


def add(key: Key, row: Counter[str], code: str | None) -> Action:
    """Is refused if `code`, a reason, would be one more than the row takes."""
    whose, day, destination, shard = key
    place = row_key(f"{PARTITION}{whose}", f"{day}#{destination}#{shard}")
    changes = {name: figure for name, figure in row.items() if figure}
    values: dict[str, object] = {**changes, "expires_at": epoch_seconds(kept_until(day))}
    if code in (None, OTHER):
        return update(place, _change(*changes), ANYWAY, **values)
    values |= {"code": code, "most": MOST_CODES}
    kind, request = update(place, _change(*changes, "codes"), HAS_ROOM, **values)
    request["ExpressionAttributeValues"][":codes"] = {"SS": [code]}
    return kind, request


def _change(*added: str) -> str:
    adds = ", ".join(f"#{name} :{name}" for name in added)
    return "SET #expires_at = :expires_at" + (f" ADD {adds}" if adds else "")


def days(first: date, until: date) -> dict[str, object]:
    """The values of a range of sort keys: the day after `until` has longer ones."""
    return {"first": str(first), "after": str(until + timedelta(days=1))}


def day_of(row: Item) -> date:
    return date.fromisoformat(row["sk"]["S"].split("#")[0])


def day_figures(row: Item) -> DayFigures:
    _, destination, _ = row["sk"]["S"].split("#")
    hours: dict[int, dict[str, int]] = {}
    for attribute, value in row.items():
        if found := ATTRIBUTE.fullmatch(attribute):
            letter, hour, code = found.groups()
            name = NAMES[letter] if code is None else f"{REASON}{code}"
            hours.setdefault(int(hour), {})[name] = int(value["N"])
    return DayFigures(day_of(row), destination, hours)


def _attribute(name: str, hour: int) -> str:
    if name.startswith(REASON):
        return f"{OF_REASON}{hour:02}_{name.removeprefix(REASON)}"
    return f"{LETTERS[name]}{hour:02}"
