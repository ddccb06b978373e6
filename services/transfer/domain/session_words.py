"""Sentences about how many sessions a destination gets, and who decides that."""

from collections.abc import Iterator

from services.transfer.domain.destination import Destination

THE_SERVER = "the server takes"


def who_allows(destination: Destination) -> str:
    by_server = destination.sessions < destination.max_sessions
    return THE_SERVER if by_server else "max_sessions allows"


def cautions_of_sessions(destination: Destination) -> Iterator[str]:
    profile, most = destination.profile, destination.max_sessions
    found = profile.sessions if profile is not None else None
    if found is not None and found.refused is not None and destination.sessions < most:
        told = f"max_sessions is {most}, but the server took only {found.at_once} at once"
        if found.raised:
            opened = f"{destination.sessions} are opened by now"
            yield f"{told} (the next one: {found.refused}). One more is tried each day: {opened}."
        else:
            yield f"{told}, so no more are opened for a day (the next one: {found.refused})"
