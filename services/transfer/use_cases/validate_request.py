"""State ValidateRequest. Checks whether the request is still possible."""

from services.transfer.domain.errors import HostKeyUnconfirmed
from services.transfer.domain.names import resolve_folder, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer


def validate_request(transfer: Transfer, *, ports: Ports) -> None:
    """The destination may have been changed since the request, so this looks at it again."""
    destination = ports.destinations.read(transfer.active().destination_id)
    if not destination.confirmed:
        raise HostKeyUnconfirmed(destination.host, "an unknown key")
    resolve = resolve_folder if transfer.sends_many else resolve_target
    resolve(destination.base_path, transfer.target_path)
