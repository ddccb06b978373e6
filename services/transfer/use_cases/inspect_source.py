"""States AuthorizeReader and InspectSource: a session for exactly that object, and what it is."""

from dataclasses import replace

from services.transfer.domain.errors import SourceChanged
from services.transfer.domain.ports import ObjectSource, OutboxEvent, Ports
from services.transfer.domain.transfer import RunId, SourceObject, Transfer
from services.transfer.use_cases.change_transfer import change_run
from services.transfer.use_cases.guard import active_transfer


def authorize_reader(run: RunId, *, ports: Ports) -> None:
    """Proves that a reader session can be had; every lane opens one of its own from then on."""
    open_source(active_transfer(run, ports=ports), ports=ports).close()


def open_source(transfer: Transfer, *, ports: Ports) -> ObjectSource:
    return ports.readers.authorize(transfer.source, session_name=transfer.id)


def inspect_source(run: RunId, *, ports: Ports) -> SourceObject:
    """Pins the object by its ETag; a transfer going on from its ledger insists on the first."""
    transfer = active_transfer(run, ports=ports)
    with open_source(transfer, ports=ports) as source:
        found = source.inspect()
    pinned = transfer.source_object
    if pinned is not None and pinned.etag != found.etag:
        raise SourceChanged(transfer.source.bucket, transfer.source.key, pinned.etag)

    def pin(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, source_object=current.source_object or found), []

    change_run(run, pin, ports=ports)
    return found
