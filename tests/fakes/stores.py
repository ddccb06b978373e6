"""All in-memory stores. The conformance suite checks that they do what DynamoDB does."""

from tests.fakes.lane_targets import InMemoryLaneTargets
from tests.fakes.leases import InMemoryLaneRegister, InMemorySessionSlots
from tests.fakes.ledger import InMemoryChunkLedger
from tests.fakes.records import InMemoryDestinationStore, InMemoryTransferStore

__all__ = [
    "InMemoryChunkLedger",
    "InMemoryDestinationStore",
    "InMemoryLaneRegister",
    "InMemoryLaneTargets",
    "InMemorySessionSlots",
    "InMemoryTransferStore",
]
