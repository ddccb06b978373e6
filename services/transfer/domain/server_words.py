"""Sentences about what a server does not do, and what a transfer cannot promise for that reason."""

from collections.abc import Iterator

from services.transfer.domain.destination import Destination
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.session_words import cautions_of_sessions


def cautions_of_server(
    destination: Destination, profile: ServerProfile, *, aside: bool | None = None
) -> tuple[str, ...]:
    """`aside`: an old file gets another name before it is replaced. None where files are written
    straight to their names."""
    return (*cautions_of_sessions(destination), *_of_server(profile, aside))


def _of_server(profile: ServerProfile, aside: bool | None) -> Iterator[str]:
    if not profile.large_writes:
        yield "The server refuses writes as large as it offers: smaller ones are sent."
    if not profile.fsync:
        yield "The server has no working fsync: what it acknowledged may not be on its disk."
    if profile.keeps_content is False:
        yield "The server stores other bytes than it is sent: nobody compares the content there."
    if not profile.read:
        yield "The server does not let us read: the content cannot be compared there."
    if not profile.shows_files:
        yield "The server does not show files: their size cannot be compared there."
    if aside is not None and not profile.set_times:
        yield "The server does not let us set times: files have the time of their arrival."
    if not profile.remove:
        yield "The server does not let us remove files: what a failed try leaves stays."
    if aside:
        yield "To replace a file takes two steps: for a moment nothing has its name."
