"""Sentences about how many sessions a destination gets, and who decides that."""

from collections.abc import Iterator

from services.transfer.domain.destination import Destination


def who_allows(destination: Destination) -> str:
    by_server = destination.sessions < destination.max_sessions
    return "the server takes" if by_server else "max_sessions allows"


def cautions_of_sessions(destination: Destination) -> Iterator[str]:
    profile, most = destination.profile, destination.max_sessions
    found = profile.sessions if profile is not None else None
    if found is not None and found.refused is not None and destination.sessions < most:
        yield (
            f"max_sessions is {most}, but the server took only {destination.sessions} at once, so"
            f" no more are opened (the next one: {found.refused})"
        )
