"""Everything that can go wrong with a transfer: a class per reason, with code, retry and advice.

    TransferError
    ├── RequestError         the caller's request cannot be served (HTTP 4xx)
    ├── SourceError          S3 says no
    ├── PartnerError         the partner's server cannot be reached or refuses us
    ├── TargetError          the partner's server refuses the file
    └── WorkError            our own work was interrupted (leases, cancellation)

`code` is public (events, API, docs/reasons.md) and never changes its meaning; `retryable` alone
decides about a retry.
"""

from collections.abc import Sequence
from typing import ClassVar


class TransferError(Exception):
    """Base of the tree; the message says what, which values, and what to do."""

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False


# --- the request ---------------------------------------------------------------------------------


class RequestError(TransferError):
    """The request as such cannot be served; `status` is its HTTP status."""

    status: ClassVar[int] = 400


class FieldInvalid(RequestError):
    code = "field_invalid"

    def __init__(self, field: str, value: str, advice: str) -> None:
        self.field, self.value, self.advice = field, value, advice
        super().__init__(f"{field}: {value!r} cannot be used. {advice}")


class TransferNotFound(RequestError):
    code, status = "transfer_not_found", 404

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(f"There is no transfer {transfer_id!r}. List yours with GET /api/history.")


class DestinationNotFound(RequestError):
    code, status = "destination_not_found", 404

    def __init__(self, destination_id: str) -> None:
        self.destination_id = destination_id
        super().__init__(
            f"There is no destination {destination_id!r}. List them with GET /api/destinations."
        )


class DestinationExists(RequestError):
    code, status = "destination_exists", 409

    def __init__(self, destination_id: str) -> None:
        self.destination_id = destination_id
        super().__init__(
            f"A destination {destination_id!r} exists already. Choose another id, or change it with"
            " PATCH."
        )


class DestinationInUse(RequestError):
    code, status = "destination_in_use", 409

    def __init__(self, destination_id: str, transfer_id: str) -> None:
        self.destination_id, self.transfer_id = destination_id, transfer_id
        super().__init__(
            f"Destination {destination_id!r} is used by transfer {transfer_id}. Wait for it or"
            " cancel it first."
        )


class RoleMissing(RequestError):
    code, status = "role_missing", 403

    def __init__(self, needed: Sequence[str]) -> None:
        self.needed = tuple(needed)
        super().__init__(f"This needs the role {' or '.join(self.needed)}. Ask an admin.")


class SourceNotGranted(RequestError):
    """The same whether the object exists or not."""

    code, status = "source_not_granted", 403

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"You have no grant for {key!r} in bucket {bucket!r}. Ask an admin for one; GET /api/me"
            " shows yours."
        )


class DestinationNotGranted(RequestError):
    """The same whether the destination exists or not."""

    code, status = "destination_not_granted", 403

    def __init__(self, destination_id: str) -> None:
        self.destination_id = destination_id
        super().__init__(
            f"You have no grant to send to {destination_id!r}. Ask an admin for one; GET /api/me"
            " shows yours."
        )


class VersionMismatch(RequestError):
    code, status = "version_mismatch", 412

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f'If-Match asks for version "{expected}", the record is at "{found}".'
            " Read it again, and repeat the change if it still makes sense."
        )


class DestinationChanged(RequestError):
    code, status = "destination_changed", 409

    def __init__(self, destination_id: str) -> None:
        self.destination_id = destination_id
        super().__init__(
            f"Destination {destination_id!r} was changed by somebody else at the same moment. Read"
            " it again and repeat."
        )


class WrongState(RequestError):
    code, status = "wrong_state", 409

    def __init__(self, transfer_id: str, status: str, wish: str) -> None:
        self.transfer_id, self.state, self.wish = transfer_id, status, wish
        super().__init__(f"Transfer {transfer_id} is {status}: it cannot be {wish} now.")


class IdempotencyConflict(RequestError):
    code, status = "idempotency_conflict", 409

    def __init__(self, key: str) -> None:
        """`key` as it is stored: caller, kind of request, and the caller's own key."""
        self.key = key.split("#", 2)[-1]
        super().__init__(
            f"Idempotency-Key {self.key!r} was used before with another body."
            " Send the first body again, or use a new key."
        )


# --- the source ----------------------------------------------------------------------------------


class SourceError(TransferError):
    """S3 does not give us the object."""


class BucketNotFound(SourceError):
    code = "bucket_not_found"

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        super().__init__(
            f"Bucket {bucket!r} does not exist. Check the name; GET /api/buckets lists those you"
            " can read."
        )


class ObjectNotFound(SourceError):
    code = "object_not_found"

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"Bucket {bucket!r} holds no object {key!r}. Check the key (case and slashes count) and"
            " the version."
        )


class SourceForbidden(SourceError):
    code = "source_forbidden"

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"Reading {key!r} in bucket {bucket!r} is not permitted."
            " Grant s3:GetObject (and kms:Decrypt for encrypted objects) to FileFerry's reader"
            " role."
        )


class SourceChanged(SourceError):
    code = "source_changed"

    def __init__(self, bucket: str, key: str, etag: str) -> None:
        self.bucket, self.key, self.etag = bucket, key, etag
        super().__init__(
            f"Object {key!r} in bucket {bucket!r} is no longer the one with ETag {etag} that this"
            " transfer began with."
            " Retry the transfer to send the new content from its beginning."
        )


class ObjectArchived(SourceError):
    code = "object_archived"

    def __init__(self, bucket: str, key: str) -> None:
        self.bucket, self.key = bucket, key
        super().__init__(
            f"Object {key!r} in bucket {bucket!r} is archived and cannot be read."
            " Restore it from Glacier, then retry the transfer."
        )


class SourceUnavailable(SourceError):
    code, retryable = "source_unavailable", True

    def __init__(self, bucket: str, key: str, detail: str) -> None:
        self.bucket, self.key, self.detail = bucket, key, detail
        super().__init__(
            f"S3 did not deliver {key!r} from bucket {bucket!r} ({detail}). Retried by itself; see"
            " the AWS status page if it stays."
        )


class SourceCorrupted(SourceError):
    """Bytes read from S3 do not have the checksum that S3 has for them."""

    code, retryable = "source_corrupted", True

    def __init__(self, key: str, algorithm: str, expected: str, found: str) -> None:
        self.key, self.algorithm, self.expected, self.found = key, algorithm, expected, found
        super().__init__(
            f"What was read of {key!r} has the {algorithm} {found}, expected {expected}."
            " It is read and sent once more by itself."
        )


# --- the partner ---------------------------------------------------------------------------------


class PartnerError(TransferError):
    """No session with the partner's server."""


class HostNotResolved(PartnerError):
    code, retryable = "host_not_resolved", True

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"The name {host!r} has no address. Check the destination's host, and the DNS of the"
            " network."
        )


class AddressForbidden(PartnerError):
    code = "address_forbidden"

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        super().__init__(
            f"Host {host!r} resolves to {address}, a network FileFerry must not connect to."
            " Use a public address, or have an administrator allow the network (ALLOWED_NETWORKS)."
        )


class ConnectionRefused(PartnerError):
    code, retryable = "connection_refused", True

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        super().__init__(
            f"{host}:{port} refused the connection. Check the port, and ask the partner whether the"
            " server is up and lets our address in."
        )


class ConnectionTimedOut(PartnerError):
    code, retryable = "connection_timed_out", True

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self.host, self.port, self.seconds = host, port, seconds
        super().__init__(
            f"{host}:{port} did not answer within {seconds:g} s. Ask the partner whether a firewall"
            " drops our connections."
        )


class ConnectionLost(PartnerError):
    code, retryable = "connection_lost", True

    def __init__(self, host: str, port: int, detail: str) -> None:
        self.host, self.port, self.detail = host, port, detail
        super().__init__(
            f"The connection with {host}:{port} broke ({detail}). If it goes on, ask the partner"
            " for the reason in the server's log."
        )


class SessionRefused(PartnerError):
    code, retryable = "session_refused", True

    def __init__(self, host: str, port: int, detail: str) -> None:
        self.host, self.port, self.detail = host, port, detail
        super().__init__(
            f"{host}:{port} accepts the login but starts no SFTP session ({detail}). Ask the"
            " partner whether SFTP is enabled for this user."
        )


class NoSessionFree(PartnerError):
    code, retryable = "no_session_free", True

    def __init__(self, destination_id: str, limit: int) -> None:
        self.destination_id, self.limit = destination_id, limit
        super().__init__(
            f"All {limit} sessions of destination {destination_id!r} are in use. It goes on by"
            " itself when one ends; raise max_sessions if the partner allows more."
        )


class PasswordRejected(PartnerError):
    code = "password_rejected"

    def __init__(self, host: str, user: str) -> None:
        self.host, self.user = host, user
        super().__init__(
            f"{host} refused the password of user {user!r}. Set the right one with PATCH on the"
            " destination."
        )


class CredentialMissing(PartnerError):
    code = "credential_missing"

    def __init__(self, secret_id: str) -> None:
        self.secret_id = secret_id
        super().__init__(
            f"There is no credential of destination {secret_id!r} (any more): another host, port or"
            " user drops it. Set the password or the private key with PATCH on the destination."
        )


class KeyRejected(PartnerError):
    code = "key_rejected"

    def __init__(self, host: str, user: str, fingerprint: str) -> None:
        self.host, self.user, self.fingerprint = host, user, fingerprint
        super().__init__(
            f"{host} refused key {fingerprint} of user {user!r}. Ask the partner to authorise this"
            " key, or set another one."
        )


class HostKeyUnconfirmed(PartnerError):
    code = "host_key_unconfirmed"

    def __init__(self, host: str, offered: str) -> None:
        self.host, self.offered = host, offered
        super().__init__(
            f"No host key is pinned for {host}; it offers {offered}. Compare it with the partner's,"
            " then confirm it with PATCH host_keys."
        )


class HostKeyChanged(PartnerError):
    code = "host_key_changed"

    def __init__(self, host: str, pinned: str, offered: str) -> None:
        self.host, self.pinned, self.offered = host, pinned, offered
        super().__init__(
            f"{host} offers host key {offered}, but {pinned} is pinned. This server got neither"
            " login nor data. Ask the partner whether the key was changed on purpose; only then pin"
            " the new one with PATCH host_keys."
        )


class NoCommonAlgorithm(PartnerError):
    code = "no_common_algorithm"

    def __init__(self, host: str, detail: str) -> None:
        self.host, self.detail = host, detail
        super().__init__(
            f"{host} and FileFerry share no safe SSH algorithm ({detail}). Ask the partner to"
            " enable a current one, such as aes128-gcm and ssh-ed25519."
        )


# --- the target ----------------------------------------------------------------------------------


class TargetError(TransferError):
    """The partner's server does not take the file."""


class FolderMissing(TargetError):
    code = "folder_missing"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"The folder of {path!r} does not exist at the partner. Ask the partner to create it,"
            " or choose another target_path."
        )


class PermissionDenied(TargetError):
    code = "permission_denied"

    def __init__(self, path: str, action: str) -> None:
        self.path, self.action = path, action
        super().__init__(
            f"The partner's server does not let us {action} {path!r}. Ask the partner to grant the"
            " user that right in this folder."
        )


class NoSpace(TargetError):
    code = "no_space"

    def __init__(self, path: str, free_bytes: int) -> None:
        self.path, self.free_bytes = path, free_bytes
        super().__init__(
            f"The partner's disk is full: {free_bytes} bytes are free where {path!r} goes. Ask the"
            " partner to make room, then retry the transfer."
        )


class TargetExists(TargetError):
    code = "target_exists"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"{path!r} exists at the partner. Choose another target_path, or if_exists 'replace' or"
            " 'keep_both'; where that was chosen, somebody else takes these names: ask the partner."
        )


class PathOutsideBase(TargetError):
    code = "path_outside_base"

    def __init__(self, path: str, base: str) -> None:
        self.path, self.base = path, base
        super().__init__(
            f"target_path: {path!r} leaves the destination's base path {base!r}. Use a relative"
            " path without '..'."
        )


class NameInvalid(TargetError):
    code = "name_invalid"

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"target_path: {path!r} cannot be a file name at the partner: {reason}. Give another"
            " target_path."
        )


class PartMissing(TargetError):
    code = "part_missing"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"The part file {path!r} is no longer at the partner: something there removed it."
            " Ask the partner to leave '.*.part' files alone, then retry the transfer."
        )


class PartDamaged(TargetError):
    """The ledger knows of bytes that the file cannot hold."""

    code = "part_damaged"

    def __init__(self, path: str, acknowledged_bytes: int, found_bytes: int) -> None:
        self.path = path
        self.acknowledged_bytes, self.found_bytes = acknowledged_bytes, found_bytes
        super().__init__(
            f"The part file {path!r} has {found_bytes} bytes at the partner, although its server"
            f" acknowledged bytes up to {acknowledged_bytes}: something there cut it off. Ask the"
            " partner to leave '.*.part' files alone, then retry the transfer; it begins anew."
        )


class TargetDamaged(TargetError):
    """What is read back is not what was sent, and sending it once more did not help."""

    code = "target_damaged"

    def __init__(self, path: str, what: str, expected: str, found: str) -> None:
        self.path, self.what, self.expected, self.found = path, what, expected, found
        super().__init__(
            f"{what} of {path!r} reads back as CRC64NVME {found}, {expected} was sent. Something at"
            " the partner changes the file, or its disk is damaged: ask the partner, and have the"
            " file removed if it has its name already. Then retry the transfer; it begins anew."
        )


class DeliveryUnclear(TargetError):
    """The answer to the rename was lost, and what is there now does not tell."""

    code = "delivery_unclear"

    def __init__(self, part: str, target: str) -> None:
        self.part, self.target = part, target
        super().__init__(
            f"The partner's answer to the rename of {part!r} to {target!r} was lost, and now"
            " neither name shows what was sent. Perhaps it arrived and was taken away: ask the"
            " partner. A retry sends it again."
        )


class WriteRefused(TargetError):
    code, retryable = "write_refused", True

    def __init__(self, path: str, action: str, detail: str) -> None:
        self.path, self.action, self.detail = path, action, detail
        super().__init__(
            f"The partner's server failed to {action} {path!r} ({detail}). Ask the partner for the"
            " reason in the server's log (quota, disk, policy)."
        )


class SizeMismatch(TargetError):
    code = "size_mismatch"

    def __init__(self, path: str, expected_bytes: int, found_bytes: int) -> None:
        self.path, self.expected_bytes, self.found_bytes = path, expected_bytes, found_bytes
        super().__init__(
            f"{path!r} has {found_bytes} bytes at the partner, {expected_bytes} were sent."
            " Something there changes files on arrival; ask the partner, then retry the transfer."
        )


class ChecksumMismatch(TargetError):
    code = "checksum_mismatch"

    def __init__(self, path: str, algorithm: str, expected: str, found: str) -> None:
        self.path, self.algorithm, self.expected, self.found = path, algorithm, expected, found
        super().__init__(
            f"What was sent to {path!r} has the {algorithm} {found}, S3 says {expected}, although"
            " it was sent anew. The file was not made visible; check the object, then retry the"
            " transfer."
        )


class ChunkCorrupted(TargetError):
    code, retryable = "chunk_corrupted", True

    def __init__(self, path: str, number: int, expected: str, found: str) -> None:
        self.path, self.number, self.expected, self.found = path, number, expected, found
        super().__init__(
            f"Chunk {number} of {path!r} reads back as CRC64NVME {found}, {expected} was sent."
            " It is sent again by itself; ask the partner to check the disk if it stays."
        )


# --- our own work --------------------------------------------------------------------------------


class WorkError(TransferError):
    """Our own work was interrupted; nothing is wrong with source or partner."""


class LeaseLost(WorkError):
    """Somebody else holds the chunk, lane or slot now: stop, change nothing."""

    code, retryable = "lease_lost", True

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"The lease of {what} belongs to another worker now.")


class StepSuperseded(WorkError):
    """Another start of the same step went ahead: what this one began is not used."""

    code, retryable = "step_superseded", True

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(f"Another start of this step leads transfer {transfer_id} now.")


class StepUnderWay(WorkError):
    """An earlier start of a step still works at the partner; two at once would be in each other's
    way. It ends, or its lease does."""

    code, retryable = "step_under_way", True

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(
            f"An earlier step of transfer {transfer_id} is still at work at the partner."
            " This one begins when that has ended."
        )


class MovesAgain(WorkError):
    """Not everything is at the partner (any more): back to the state that moves."""

    code, retryable = "moves_again", True

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(f"The bytes of transfer {transfer_id} are moved once more.")


class NoHeadway(WorkError):
    """A lane's turn was over before it had moved a byte."""

    code, retryable = "no_headway", True

    def __init__(self, transfer_id: str, lane: int) -> None:
        self.transfer_id, self.lane = transfer_id, lane
        super().__init__(
            f"Lane {lane} of transfer {transfer_id} moved no byte in its turn: connecting took all"
            " of its time. Ask the partner why logging in takes so long."
        )


class StaleTransfer(WorkError):
    """The transfer was changed between read and save: read again and decide again."""

    code, retryable = "stale_transfer", True

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(f"Transfer {transfer_id} was changed by somebody else meanwhile.")


class TransferCancelled(WorkError):
    code = "cancelled"

    def __init__(self, transfer_id: str) -> None:
        self.transfer_id = transfer_id
        super().__init__(f"Transfer {transfer_id} was cancelled.")


class RunSuperseded(WorkError):
    """A step, sweep or lane of an earlier run comes late: the transfer was retried since."""

    code = "run_superseded"

    def __init__(self, transfer_id: str, run: int) -> None:
        self.transfer_id, self.run = transfer_id, run
        super().__init__(f"Run {run} of transfer {transfer_id} is over; a later one is under way.")


class PartAbandoned(WorkError):
    """Its part file could not be removed for so long that nobody tries any more."""

    code = "part_abandoned"

    def __init__(self, transfer_id: str, path: str) -> None:
        self.transfer_id, self.path = transfer_id, path
        super().__init__(
            f"The part file {path!r} of transfer {transfer_id} could not be removed."
            " Ask the partner to delete it."
        )


class LaneCrashed(WorkError):
    """The worker of a lane ended without a word again and again (the sweeper counted)."""

    code, retryable = "lane_crashed", True

    def __init__(self, transfer_id: str, lane: int, times: int) -> None:
        self.transfer_id, self.lane, self.times = transfer_id, lane, times
        super().__init__(
            f"The worker of lane {lane} of transfer {transfer_id} crashed {times} times in a row."
            " Retry the transfer; if it fails again, look for the transfer's id in the lane"
            " worker's log."
        )


class LaneNotTaken(WorkError):
    """The lane's message was sent again and again, and no worker took it (the sweeper counted)."""

    code, retryable = "lane_not_taken", True

    def __init__(self, transfer_id: str, lane: int, times: int) -> None:
        self.transfer_id, self.lane, self.times = transfer_id, lane, times
        super().__init__(
            f"Lane {lane} of transfer {transfer_id} was sent off {times} times and no worker took"
            " it. Look at the lane queue's age and at the lane worker's log: its workers are busy,"
            " or they die before they begin."
        )


class WorkflowLost(WorkError):
    """The workflow ended without storing an outcome (the sweeper saw it)."""

    code, retryable = "workflow_lost", True

    def __init__(self, transfer_id: str, detail: str) -> None:
        self.transfer_id, self.detail = transfer_id, detail
        super().__init__(
            f"The workflow of transfer {transfer_id} ended without an outcome ({detail}). Retry the"
            " transfer; it goes on where it stopped."
        )
