"""Makes a plan anew when the server does not do what its profile says."""

from contextlib import suppress
from dataclasses import dataclass, replace

from services.transfer.domain.destination import Delivery, Destination
from services.transfer.domain.errors import (
    ChunkCorrupted,
    DestinationChanged,
    NamesUnprotected,
    PartMissing,
    PermissionDenied,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.plan_part import strategy_for

SPEAKS_AGAINST_THE_PLAN = (
    *(PermissionDenied, WriteRefused, PartMissing, ChunkCorrupted),
    NamesUnprotected,  # as far as is known without a test
)


def may_replan(transfer: Transfer, destination: Destination) -> bool:
    atomic = destination.delivery is Delivery.ATOMIC
    return atomic and destination.probe_writes and not transfer.replanned


@dataclass(frozen=True)
class Replanned:
    """`destination` has the profile that the new plan is made from."""

    transfer: Transfer
    destination: Destination


def replan(
    transfer: Transfer, error: TransferError, visit: Visit, *, ports: Ports
) -> Replanned | None:
    """Probes the server once more and stores what was found. None when the plan stays as it is. It
    is done once for each run. Raises what choose_strategy raises when the transfer turns out to be
    impossible there. An error of the probe itself says less than `error`, so then the plan
    stays."""
    speaks_against = isinstance(error, SPEAKS_AGAINST_THE_PLAN)
    if not speaks_against or not may_replan(transfer, visit.destination):
        return None
    probed = _probed(visit, ports=ports)
    return None if probed is None else _by(probed, transfer, ports=ports)


def refresh_plan(transfer: Transfer, visit: Visit, *, ports: Ports) -> Replanned | None:
    """Before the first byte: probes a server whose profile is old, or that did otherwise since.
    None when the plan stays as it is. Raises what choose_strategy raises."""
    profile, part = visit.destination.profile, transfer.known_part
    if part.made or part.opening or not may_replan(transfer, visit.destination):
        return None
    if profile is None or not profile.wants_test(ports.now()):
        return None
    probed = _probed(visit, ports=ports)
    return None if probed is None else _by(probed, transfer, ports=ports)


def _probed(visit: Visit, *, ports: Ports) -> Destination | None:
    destination = visit.destination
    try:
        profile = visit.session.probe(destination.base_path, destination.probe_name)
    except TransferError:
        return None
    profile = profile.with_sessions_of(destination.profile, ports.now())
    probed = replace(destination, profile=profile)
    with suppress(DestinationChanged):  # whoever changed it knows better
        ports.destinations.save(probed)
    return probed


def _by(probed: Destination, transfer: Transfer, *, ports: Ports) -> Replanned | None:
    old, generation = transfer.known_strategy, transfer.generation
    new = strategy_for(transfer, probed, max(1, old.lanes), ports=ports)
    # The part file has its name already, and its chunks have checksums in the old algorithm.
    checksum, none = old.checksum, old.no_checksum
    new = replace(new, delivery=old.delivery, checksum=checksum, no_checksum=none)
    if old.method.is_no_harder_than(new.method):  # what is under way can go on as it is
        new = replace(new, method=old.method, lanes=old.lanes)
    same = replace(old, why=new.why, cautions=new.cautions) == new
    changed = change_run(
        transfer.run_id, lambda current: current.replan(generation, new), ports=ports
    )
    return None if same else Replanned(changed, probed)
