"""What the use cases need from outside.

Of our own errors, adapters raise only those of domain/errors, and the outbox raises OutboxBusy of
kernel.
"""

from services.transfer.domain.ports.destinations import (
    CredentialVault,
    DestinationStore,
    LaneTargets,
    SessionSlots,
)
from services.transfer.domain.ports.files import (
    Fetched,
    FolderSource,
    InventoryStore,
    QuickFiles,
    SmallFile,
)
from services.transfer.domain.ports.home import HomeStore
from services.transfer.domain.ports.ledger import ChunkLedger, LaneRegister
from services.transfer.domain.ports.messages import Heart, LaneQueue, MessageLease, Workflow
from services.transfer.domain.ports.partner import (
    ChunkSink,
    FileKind,
    FileReader,
    LoginFacts,
    Partners,
    PartnerSession,
    Seen,
    Settling,
)
from services.transfer.domain.ports.ports import Policy, Ports
from services.transfer.domain.ports.source import (
    BucketCatalogue,
    ListedObject,
    Listing,
    ObjectSource,
    SourceReaders,
)
from services.transfer.domain.ports.transfers import TransferStore

__all__ = [
    "BucketCatalogue",
    "ChunkLedger",
    "ChunkSink",
    "CredentialVault",
    "DestinationStore",
    "Fetched",
    "FileKind",
    "FileReader",
    "FolderSource",
    "Heart",
    "HomeStore",
    "InventoryStore",
    "LaneQueue",
    "LaneRegister",
    "LaneTargets",
    "ListedObject",
    "Listing",
    "LoginFacts",
    "MessageLease",
    "ObjectSource",
    "PartnerSession",
    "Partners",
    "Policy",
    "Ports",
    "QuickFiles",
    "Seen",
    "SessionSlots",
    "Settling",
    "SmallFile",
    "SourceReaders",
    "TransferStore",
    "Workflow",
]
