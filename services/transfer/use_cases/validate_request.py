"""State ValidateRequest. Checks whether the request is still possible."""

from services.transfer.domain.errors import HostKeyUnconfirmed
from services.transfer.domain.names import resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.change_transfer import read_run


def validate_request(run: RunId, *, ports: Ports) -> Transfer:
    """The destination may have been changed since the request, so this looks at it again."""
    transfer = read_run(run, ports=ports).active()
    destination = ports.destinations.read(transfer.destination_id)
    if not destination.confirmed:
        raise HostKeyUnconfirmed(destination.host, "an unknown key")
    resolve_target(destination.base_path, transfer.target_path)
    return transfer
