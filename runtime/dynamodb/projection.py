"""Projections are rows made from events. Events come in any order, and the newer one wins.

    write_newer(table, row, Position(received.data.sequence, received.meta.occurred_at), busy)

Make a row from one event alone, because an older event that comes late is dropped whole. Samples
(TransferProgressed) have the same sequence as the state that they were seen in, and their time is
from another machine's clock. Give them a row of their own. Otherwise a sample that came first hides
that state. Do not delete a row while older events may still come, because they would bring it back.
Let it expire.
"""

from dataclasses import dataclass
from datetime import datetime

from runtime.dynamodb.items import Item, to_attribute
from runtime.dynamodb.table import Action, Table, put

NEWER = (
    "attribute_not_exists(#pk) OR #sequence < :sequence"
    " OR (#sequence = :sequence AND #occurred_at < :occurred_at)"
)


@dataclass(frozen=True)
class Position:
    """Where an event stands among those of its subject. `occurred_at` decides between equals."""

    sequence: int
    occurred_at: datetime


def newer(row: Item, position: Position) -> Action:
    """Puts the row. Is refused when the stored row is as new or newer."""
    at = {
        "sequence": to_attribute(position.sequence),
        "occurred_at": to_attribute(position.occurred_at),
    }
    condition = {"sequence": position.sequence, "occurred_at": position.occurred_at}
    return put(row | at, NEWER, **condition)


def write_newer(table: Table, row: Item, position: Position, busy: Exception) -> bool:
    """False when the row stays as it is, because the event is late or was written before."""
    return not table.write([newer(row, position)], busy)
