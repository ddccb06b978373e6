"""Keeps what a server did against its profile, so that it is tested anew before the next file."""

from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import DestinationChanged, DestinationNotFound, TargetError
from services.transfer.domain.ports import Ports


def doubt_profile(destination: Destination, error: TargetError, *, ports: Ports) -> None:
    """The first doubt is enough: it ends with the next test."""
    profile = destination.profile
    if profile is None or profile.doubted is not None:
        return
    doubted = replace(destination, profile=replace(profile, doubted=str(error)))
    with suppress(DestinationChanged, DestinationNotFound):  # whoever changed it knows better
        ports.destinations.save(doubted)
