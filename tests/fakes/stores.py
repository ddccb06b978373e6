"""Every in-memory store; the conformance suite holds them to what DynamoDB does."""

from tests.fakes.leases import InMemoryLaneRegister, InMemorySessionSlots
from tests.fakes.ledger import InMemoryChunkLedger
from tests.fakes.records import InMemoryDestinationStore, InMemoryTransferStore

__all__ = [
    "InMemoryChunkLedger",
    "InMemoryDestinationStore",
    "InMemoryLaneRegister",
    "InMemorySessionSlots",
    "InMemoryTransferStore",
]
