"""The inbox. It has a row for each consumed event, written in one transaction with its changes.

    refused = write_once(table, Consumed(event_id, "tickets", now), [put(ticket, ...)], busy)

A delivery that comes again, or twice at the same moment, finds the row and changes nothing. No
lease is needed, because a consumer that dies has written both or nothing. The inbox does not help
with acts outside the table, such as a mail or a call. Give those a name or a key made from the
event, so that the other side can recognise a repetition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.dynamodb.items import epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key

# One after the other: the archive of the bus can replay events of the last 30 days, EventBridge
# tries for a day, a queue and its dead-letter queue keep a message for 14 days, and for 14 more
# after a redrive.
LIFETIME = timedelta(days=30 + 1 + 14 + 14 + 1)


@dataclass(frozen=True)
class Consumed:
    """`consumer` tells several acts of one service on the same event apart."""

    event_id: str
    consumer: str
    at: datetime


def consumed(event: Consumed) -> Action:
    """An action that is refused when the event was consumed before. Then its index is among those
    that `Table.write` returns."""
    row = row_key(f"INBOX#{event.event_id}", event.consumer)
    expires_at = to_attribute(epoch_seconds(event.at + LIFETIME))
    return put(row | {"expires_at": expires_at}, "attribute_not_exists(#pk)")


def write_once(
    table: Table, event: Consumed, changes: Sequence[Action], busy: Exception
) -> frozenset[int]:
    """Returns nothing when the changes are written, now or by an earlier delivery. Otherwise it
    returns the indices of the changes that were refused, as `Table.write` does. Then the event
    counts as not consumed, and may be tried again."""
    refused = table.write([consumed(event), *changes], busy)
    if 0 in refused:
        return frozenset()
    return frozenset(index - 1 for index in refused)
