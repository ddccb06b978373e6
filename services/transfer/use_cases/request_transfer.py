"""Accepts a transfer: checks what can be known at once, then stores it with its event."""

from dataclasses import dataclass, replace

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.transfer.domain.access import SENDERS, require_grants, require_role
from services.transfer.domain.errors import (
    CredentialMissing,
    DestinationNotFound,
    FieldInvalid,
    HostKeyUnconfirmed,
    SourceError,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import (
    HERE,
    default_target,
    resolve_folder,
    resolve_target,
)
from services.transfer.domain.ports import FolderSource, ObjectSource, Ports
from services.transfer.domain.promises import promises
from services.transfer.domain.proof import ALL_PERCENT, Verify
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef, Origin
from services.transfer.domain.strategy import Wish
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import DestinationLabel
from services.transfer.domain_services.announce import announce_new
from services.transfer.domain_services.stay_home import require_home

SECRET_BITS = 128


@dataclass(frozen=True)
class NewTransfer:
    correlation_id: str
    source: ObjectRef
    destination_id: str
    target_path: str | None
    if_exists: IfExists
    verify: Verify
    label: str | None = None
    selection: Selection | None = None  # the source's key is a prefix or a manifest
    readback_percent: int = ALL_PERCENT
    etag: str | None = None  # of one object
    origin: Origin | None = None


def request_transfer(
    wish: NewTransfer, caller: Caller, idempotency: Idempotency | None, *, ports: Ports
) -> Transfer:
    """The stored transfer. When the idempotency key is repeated, it is the first one, whatever
    became of its object and its destination. Raises RoleMissing, SourceNotGranted,
    DestinationNotGranted, DestinationNotFound, HostKeyUnconfirmed, CredentialMissing, NameInvalid,
    PathOutsideBase, IdempotencyConflict, RegionStandsBy, and SourceError for an object that surely
    cannot be read."""
    require_role(caller, *SENDERS)
    require_grants(caller, wish.source.bucket, wish.source.key, wish.destination_id)
    earlier = _earlier(idempotency, ports)
    if earlier is not None:
        return earlier
    require_home(ports=ports)
    transfer = _new_transfer(wish, caller, ports)
    try:
        _require_source(transfer, ports)
    except SourceError:
        earlier = _earlier(idempotency, ports)  # the same request, at once, while it was there
        if earlier is None:
            raise
        return earlier
    return ports.transfers.create(transfer, announce_new(transfer, ports=ports), idempotency)


def cautions_before(transfer: Transfer, *, ports: Ports) -> tuple[str, ...]:
    """What is not promised to a transfer that has no plan yet, as far as its size does not
    matter."""
    if transfer.strategy is not None:
        return transfer.strategy.cautions
    try:
        destination = ports.destinations.read(transfer.destination_id)
    except DestinationNotFound:  # removed since a transfer of the same key was requested
        return ()
    wish = Wish(if_exists=transfer.if_exists, verify=transfer.verify)
    return promises(destination, wish, ports.now())


def _earlier(idempotency: Idempotency | None, ports: Ports) -> Transfer | None:
    if idempotency is None:
        return None
    return ports.transfers.requested_before(idempotency, ports.now())


def _require_source(transfer: Transfer, ports: Ports) -> None:
    """Raises SourceError for what trying again would not change. Any other trouble on the way to S3
    refuses nothing: the transfer meets it later, and tries again."""
    try:
        if transfer.wanted_etag is not None:
            with ports.quick_readers.authorize(transfer.source, transfer.id) as one:
                one.inspect().require(transfer.wanted_etag)
            return
        with _at_the_door(transfer, ports) as source:
            source.look()
    except SourceError as error:
        if not error.retryable:
            raise


def _at_the_door(transfer: Transfer, ports: Ports) -> ObjectSource | FolderSource:
    selection, source = transfer.selection, transfer.source
    if selection is not None and selection.kind is SourceKind.PREFIX:
        return ports.quick_readers.authorize_many(source.bucket, source.key, transfer.id)
    return ports.quick_readers.authorize(source, session_name=transfer.id)


def _target_path(wish: NewTransfer, base_path: str) -> str:
    """Raises NameInvalid, PathOutsideBase, FieldInvalid."""
    if wish.selection is not None:
        folder = (wish.target_path or HERE).removesuffix("/") or HERE
        resolve_folder(base_path, folder)
        return folder
    if wish.source.key.endswith("/") and not wish.target_path:
        raise FieldInvalid(
            "source.key",
            wish.source.key,
            "It names a folder; send its objects with `prefix` instead of `key`.",
        )
    target_path = wish.target_path or default_target(wish.source.key)
    resolve_target(base_path, target_path)
    return target_path


def _new_transfer(wish: NewTransfer, caller: Caller, ports: Ports) -> Transfer:
    destination = ports.destinations.read(wish.destination_id)
    if not destination.confirmed:
        raise HostKeyUnconfirmed(
            destination.host, f"a key (see POST /api/destinations/{destination.id}/test)"
        )
    if destination.secret_id is None:
        raise CredentialMissing(destination.id)
    target_path = _target_path(wish, destination.base_path)
    selection = wish.selection
    if selection is not None and wish.readback_percent != ALL_PERCENT:
        percent, advice = str(wish.readback_percent), "Of many files all bytes are read back."
        raise FieldInvalid("readback_percent", percent, advice)
    if selection is not None:
        granted = tuple(caller.prefixes(wish.source.bucket))
        selection = replace(selection, granted=granted)
    now = ports.now()
    return Transfer(
        id=ports.new_id(),
        owner=caller.name,
        correlation_id=wish.correlation_id,
        source=wish.source,
        destination_id=destination.id,
        destination_label=DestinationLabel(
            destination.name, destination.protocol, destination.host, destination.port
        ),
        target_path=target_path,
        if_exists=wish.if_exists,
        verify=wish.verify,
        readback_percent=ALL_PERCENT if selection else wish.readback_percent,
        sample_secret=f"{ports.random.getrandbits(SECRET_BITS):032x}",
        label=wish.label,
        wanted_etag=wish.etag,
        origin=wish.origin,
        selection=selection,
        requested_at=now,
        updated_at=now,
    )
