"""The transfers that an audience is about, as they are now."""

from collections.abc import Mapping

from services.progress.domain.audience import Audience
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import Ports


def read_states(audience: Audience, *, ports: Ports) -> Mapping[str, KnownTransfer]:
    """Whoever may see them."""
    if audience.transfer_id is not None:
        return ports.lists.read_many([audience.transfer_id])
    return ports.lists.read_many(ports.lists.ids(audience.owner, ports.now()))
