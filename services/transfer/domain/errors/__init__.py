"""Everything that can go wrong with a transfer. Each reason is a class with code and advice.

    TransferError
    ├── RequestError         the caller's request cannot be served (HTTP 4xx)
    ├── SourceError          S3 says no
    ├── PartnerError         the partner's server cannot be reached or refuses us
    ├── TargetError          the partner's server refuses the file
    └── WorkError            our own work was interrupted (leases, cancellation)

`code` is public (events, API, docs/reasons.md), so its meaning never changes. `retryable` alone
decides whether FileFerry tries again.
"""

from services.transfer.domain.errors.partner import (
    AddressForbidden as AddressForbidden,
    CertificateUntrusted as CertificateUntrusted,
    ConnectionLost as ConnectionLost,
    ConnectionRefused as ConnectionRefused,
    ConnectionTimedOut as ConnectionTimedOut,
    CredentialMissing as CredentialMissing,
    DataConnectionFailed as DataConnectionFailed,
    EncryptionNotOffered as EncryptionNotOffered,
    HostKeyChanged as HostKeyChanged,
    HostKeyUnconfirmed as HostKeyUnconfirmed,
    HostNotResolved as HostNotResolved,
    KeyRejected as KeyRejected,
    LoginNotOffered as LoginNotOffered,
    NoCommonAlgorithm as NoCommonAlgorithm,
    PartnerError as PartnerError,
    PasswordExpired as PasswordExpired,
    PasswordRejected as PasswordRejected,
    SecondFactorDemanded as SecondFactorDemanded,
    ProtocolViolation as ProtocolViolation,
    ServerPrintsText as ServerPrintsText,
    SessionRefused as SessionRefused,
    TooSlow as TooSlow,
    UnencryptedLoginRefused as UnencryptedLoginRefused,
)
from services.transfer.domain.errors.home import (
    OneRegion as OneRegion,
    PeerUnreachable as PeerUnreachable,
    RegionOvertaken as RegionOvertaken,
    RegionStandsBy as RegionStandsBy,
    RegionWorks as RegionWorks,
    StaleHome as StaleHome,
)
from services.transfer.domain.errors.request import (
    DestinationChanged as DestinationChanged,
    DestinationExists as DestinationExists,
    DestinationInUse as DestinationInUse,
    DestinationNotFound as DestinationNotFound,
    DestinationNotGranted as DestinationNotGranted,
    FieldInvalid as FieldInvalid,
    FilesForgotten as FilesForgotten,
    IdempotencyConflict as IdempotencyConflict,
    LedgerElsewhere as LedgerElsewhere,
    RequestError as RequestError,
    RetryTooLate as RetryTooLate,
    RoleMissing as RoleMissing,
    SourceNotGranted as SourceNotGranted,
    TransferNotFound as TransferNotFound,
    VersionMismatch as VersionMismatch,
    WrongState as WrongState,
)
from services.transfer.domain.errors.sessions import (
    NoSessionFree as NoSessionFree,
    TooManySessions as TooManySessions,
)
from services.transfer.domain.errors.source import (
    BucketElsewhere as BucketElsewhere,
    BucketNotFound as BucketNotFound,
    ListingTooSlow as ListingTooSlow,
    ManifestInvalid as ManifestInvalid,
    NothingSelected as NothingSelected,
    ObjectArchived as ObjectArchived,
    ObjectGrew as ObjectGrew,
    ObjectNotFound as ObjectNotFound,
    ReaderRefused as ReaderRefused,
    OtherObjectWanted as OtherObjectWanted,
    SourceChanged as SourceChanged,
    SourceCorrupted as SourceCorrupted,
    SourceEncryptedByCustomerKey as SourceEncryptedByCustomerKey,
    SourceError as SourceError,
    SourceForbidden as SourceForbidden,
    SourceKeyDisabled as SourceKeyDisabled,
    SourceKeyForbidden as SourceKeyForbidden,
    SourceThrottled as SourceThrottled,
    SourceUnavailable as SourceUnavailable,
    TooManyFiles as TooManyFiles,
    VersionDeleted as VersionDeleted,
)
from services.transfer.domain.errors.one_handle import (
    OutOfTime as OutOfTime,
    TooLongForOneHandle as TooLongForOneHandle,
)
from services.transfer.domain.errors.target import (
    ChecksumMismatch as ChecksumMismatch,
    ChunkCorrupted as ChunkCorrupted,
    ContentChanged as ContentChanged,
    DeliveryUnclear as DeliveryUnclear,
    FilesTakenAway as FilesTakenAway,
    FolderMissing as FolderMissing,
    NameInvalid as NameInvalid,
    NameShared as NameShared,
    NamesUnprotected as NamesUnprotected,
    NotAFolder as NotAFolder,
    NoSpace as NoSpace,
    PartDamaged as PartDamaged,
    PartMissing as PartMissing,
    PartnerChecksumDiffers as PartnerChecksumDiffers,
    PathOutsideBase as PathOutsideBase,
    PermissionDenied as PermissionDenied,
    PlaceChanged as PlaceChanged,
    ReadingRefused as ReadingRefused,
    RenameRefused as RenameRefused,
    SizeMismatch as SizeMismatch,
    TargetDamaged as TargetDamaged,
    TargetError as TargetError,
    TargetExists as TargetExists,
    TargetNotAFile as TargetNotAFile,
    WriteRefused as WriteRefused,
)
from services.transfer.domain.errors.transfer_error import TransferError as TransferError
from services.transfer.domain.errors.work import (
    LaneCrashed as LaneCrashed,
    LaneNotTaken as LaneNotTaken,
    LeaseLost as LeaseLost,
    MovesAgain as MovesAgain,
    NoHeadway as NoHeadway,
    PartAbandoned as PartAbandoned,
    RunSuperseded as RunSuperseded,
    SomeFilesFailed as SomeFilesFailed,
    StaleTransfer as StaleTransfer,
    StepSuperseded as StepSuperseded,
    StepUnderWay as StepUnderWay,
    TransferCancelled as TransferCancelled,
    WorkError as WorkError,
    WorkerStopped as WorkerStopped,
    WorkflowLost as WorkflowLost,
)
