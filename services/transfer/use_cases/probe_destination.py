"""Connects to a destination and finds out what its server can do."""

from dataclasses import dataclass, replace

from kernel.caller import Caller
from services.transfer.domain.access import TEST_DESTINATIONS, may_see_destination, require_role
from services.transfer.domain.errors import DestinationNotFound, PartnerError, TargetError
from services.transfer.domain.failure import Failure
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import Ports
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import Strategy, choose_strategy
from services.transfer.domain_services.partner_session import partner_session


@dataclass(frozen=True)
class ProbeResult:
    """Either the host key to confirm, or the profile with the strategy that follows from it, or the
    reason why the probe failed."""

    offered: HostKey | None = None
    profile: ServerProfile | None = None
    strategy: Strategy | None = None
    failure: Failure | None = None
    banner: str | None = None


def probe_destination(destination_id: str, caller: Caller, *, ports: Ports) -> ProbeResult:
    """A destination without pins is only asked for its host key, and no credential is sent. Raises
    RoleMissing. Raises DestinationNotFound, also for a destination that the caller may not see."""
    if not may_see_destination(caller, destination_id):
        raise DestinationNotFound(destination_id)
    if not caller.may_send_to(destination_id):
        require_role(caller, *TEST_DESTINATIONS)
    destination = ports.destinations.read(destination_id)
    try:
        if not destination.confirmed:
            return ProbeResult(offered=ports.partners.offered_host_key(destination))
        with partner_session(destination_id, ports=ports) as visit:
            destination = visit.destination
            banner = visit.session.banner
            profile = visit.session.probe(destination.base_path)
    except (PartnerError, TargetError) as error:
        return ProbeResult(failure=Failure.of(error))
    probed = ports.destinations.save(replace(destination, profile=profile))
    strategy = choose_strategy(probed, ports.policy.lanes_per_transfer)
    return ProbeResult(profile=profile, strategy=strategy, banner=banner)
