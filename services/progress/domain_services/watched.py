"""The transfers that a watch shows, as they are now."""

from collections.abc import Iterator, Mapping

from services.progress.domain.audience import Audience, Watch
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import Ports
from services.progress.domain_services.messages import live_transfer


def read_listed(audience: Audience, *, ports: Ports) -> Mapping[str, KnownTransfer]:
    ids = ports.lists.ids(audience.owner, ports.now())
    return ports.lists.read_many(ids)


def read_watched(watch: Watch, *, ports: Ports) -> Mapping[str, KnownTransfer]:
    """Those that its connection may see. In a list, without those that it watches by id."""
    transfer_id = watch.audience.transfer_id
    if transfer_id is None:
        found = read_listed(watch.audience, ports=ports)
    else:
        found = ports.lists.read_many([transfer_id])
    return {name: known for name, known in found.items() if watch.shows(known)}


def whole(transfers: Mapping[str, KnownTransfer], *, detailed: bool) -> Iterator[str]:
    for known in transfers.values():
        yield live_transfer(known, detail=detailed).model_dump_json()
