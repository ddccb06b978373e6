"""Shows the destinations that the caller may see."""

from kernel.caller import ALL, Caller
from kernel.pages import Page
from services.transfer.domain.access import SEE_DESTINATIONS, may_see_destination
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import DestinationNotFound
from services.transfer.domain.ports import Ports


def show_destination(destination_id: str, caller: Caller, *, ports: Ports) -> Destination:
    """Raises DestinationNotFound, also for a destination that the caller may not see."""
    if not may_see_destination(caller, destination_id):
        raise DestinationNotFound(destination_id)
    return ports.destinations.read(destination_id)


def list_destinations(
    caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Page[Destination]:
    """The destinations that the caller may see."""
    sees_all = caller.has(SEE_DESTINATIONS) or caller.may_send_to(ALL)
    return ports.destinations.page(limit, cursor, None if sees_all else caller.destinations)
