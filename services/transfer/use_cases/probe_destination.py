"""Connects to a destination and finds out what its server can do."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kernel.caller import Caller
from services.transfer.domain.access import TEST_DESTINATIONS, may_see_destination, require_role
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    CertificateUntrusted,
    DestinationChanged,
    DestinationNotFound,
    HostKeyChanged,
    PartnerError,
    TargetError,
)
from services.transfer.domain.failure import Failure
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.ports import LoginFacts, Ports
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import Strategy, Wish, choose_strategy
from services.transfer.domain_services.count_sessions import count_sessions
from services.transfer.domain_services.partner_session import Visit, partner_session

SAVE_TRIES = 5  # lanes change the record once in minutes
SOME_BYTES = 1  # of the file that a plan is shown for; an empty one would have nothing to prove


@dataclass(frozen=True)
class ProbeResult:
    """The host key to confirm, or what was found. With a `failure` no file can be delivered. Where
    that is HostKeyChanged, `offered` is the other key. Where it is CertificateUntrusted, `offered`
    is the certificate that somebody may confirm."""

    offered: HostKey | None = None
    login: LoginFacts | None = None
    profile: ServerProfile | None = None
    strategy: Strategy | None = None
    failure: Failure | None = None

    @property
    def is_changed(self) -> bool:
        """The server shows another key than the pinned ones."""
        return self.failure is not None and self.failure.code == HostKeyChanged.code


def probe_destination(destination_id: str, caller: Caller, *, ports: Ports) -> ProbeResult:
    """A destination without pins is only asked for its host key, and no credential is sent. One
    whose partner wants no files of a probe is only logged in to. Raises RoleMissing. Raises
    DestinationNotFound, also for a destination that the caller may not see."""
    if not may_see_destination(caller, destination_id):
        raise DestinationNotFound(destination_id)
    if not caller.may_send_to(destination_id):
        require_role(caller, *TEST_DESTINATIONS)
    destination, login, profile = ports.destinations.read(destination_id), None, None
    until = ports.now() + timedelta(seconds=ports.policy.session_test_seconds)
    try:
        if not destination.confirmed:
            return ProbeResult(offered=ports.partners.offered_host_key(destination))
        with partner_session(destination_id, ports=ports) as visit:
            destination = visit.destination
            login = visit.session.login_facts()
            if destination.probe_writes:
                profile = visit.session.probe(destination.base_path, destination.probe_name)
                profile = _with_sessions(profile, visit, until, ports=ports)
    except (HostKeyChanged, CertificateUntrusted) as shown:
        return ProbeResult(offered=HostKey.parse(shown.line), failure=Failure.of(shown))
    except (PartnerError, TargetError) as error:
        return ProbeResult(login=login, failure=Failure.of(error))
    if profile is not None:
        destination = _stored(destination, profile, ports=ports)
        profile = destination.profile
    result = ProbeResult(login=login, profile=profile)
    try:
        return replace(result, strategy=_strategy(destination, ports=ports))
    except TargetError as error:
        return replace(result, failure=Failure.of(error))


def _with_sessions(
    profile: ServerProfile, visit: Visit, until: datetime, *, ports: Ports
) -> ServerProfile:
    if ports.policy.session_test_seconds:
        profile = replace(profile, sessions=count_sessions(visit, until, ports=ports))
    return profile


def _stored(tested: Destination, profile: ServerProfile, *, ports: Ports) -> Destination:
    """Lanes change the count of sessions meanwhile, and that is no change of what was tested.
    Raises DestinationChanged when somebody else changed it."""
    for _ in range(SAVE_TRIES):
        current = ports.destinations.read(tested.id)
        if replace(current, profile=tested.profile, version=tested.version) != tested:
            break
        found = profile.with_sessions_of(current.profile, ports.now())
        with suppress(DestinationChanged):
            return ports.destinations.save(replace(current, profile=found))
    raise DestinationChanged(tested.id)


def _strategy(destination: Destination, *, ports: Ports) -> Strategy:
    """For a large file, as most users would send it. Where names cannot be protected, for one that
    may replace another."""
    wish = Wish(size_bytes=SOME_BYTES, lanes=ports.policy.lanes_per_transfer)
    try:
        return choose_strategy(destination, wish)
    except TargetError:
        return choose_strategy(destination, replace(wish, if_exists=IfExists.REPLACE))
