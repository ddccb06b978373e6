"""States AuthorizeReader and InspectSource. Opens a session for one object, and looks at it."""

from services.transfer.domain.errors import SourceChanged
from services.transfer.domain.ports import ObjectSource, Ports
from services.transfer.domain.selection import SourceKind
from services.transfer.domain.source import SourceObject
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.take_inventory import take_inventory


def authorize_reader(transfer: Transfer, *, ports: Ports) -> None:
    """Proves that a reader session can be had. Every lane opens a session of its own later."""
    if transfer.selection is not None and transfer.selection.kind is SourceKind.PREFIX:
        bucket, key = transfer.source.bucket, transfer.source.key
        ports.readers.authorize_many(bucket, key, transfer.id).close()
        return
    open_source(transfer.active(), ports=ports).close()


def open_source(transfer: Transfer, *, ports: Ports) -> ObjectSource:
    return ports.readers.authorize(transfer.source, session_name=transfer.id)


def inspect_source(transfer: Transfer, *, ports: Ports) -> SourceObject:
    """Pins the object by its ETag. A transfer that goes on from its ledger insists on the first
    ETag, and raises SourceChanged for another one. So does every run of one that was asked for with
    an ETag (OtherObjectWanted). One of many objects goes on with the inventory
    that it has."""
    pinned = transfer.source_object
    if transfer.sends_many:
        found = pinned or take_inventory(transfer.active(), ports=ports)
        pinned = change_run(
            transfer.run_id, lambda current: current.pin(found), ports=ports
        ).source_object
        return pinned or found
    with open_source(transfer.active(), ports=ports) as source:
        found = source.inspect()
    found.require(transfer.wanted_etag)
    if pinned is not None and pinned.etag != found.etag:
        raise SourceChanged(transfer.source.bucket, transfer.source.key, pinned.etag)
    change_run(transfer.run_id, lambda current: current.pin(found), ports=ports, known=transfer)
    return found
