"""What can be said of a transfer to a destination before it starts."""

from collections.abc import Iterator
from datetime import datetime

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import TargetError
from services.transfer.domain.session_words import cautions_of_sessions
from services.transfer.domain.strategy import Wish, choose_strategy


def promises(destination: Destination, wish: Wish, now: datetime) -> tuple[str, ...]:
    """Sentences about what such a transfer cannot count on there. A reason for which it would fail
    is one of them, and the only one of the plan: a look at the server may still find it gone."""
    try:
        cautions = choose_strategy(destination, wish).cautions
    except TargetError as error:
        cautions = (f"As the server was found, this transfer would fail. {error}",)
    return (*cautions, *_of_the_test(destination, now))


def cautions_of(destination: Destination, now: datetime) -> tuple[str, ...]:
    """What whoever looks at the destination should know, whatever is sent."""
    return (*cautions_of_sessions(destination), *_of_the_test(destination, now))


def _of_the_test(destination: Destination, now: datetime) -> Iterator[str]:
    profile = destination.profile
    if profile is None:
        yield "No test has found out what this server can do, so it gets one lane."
        return
    if profile.doubted is not None:
        yield f"The server did otherwise than the last test found: {profile.doubted}"
    elif profile.is_old(now):
        days = (now - profile.probed_at).days
        yield f"The last test is {days} days old; the server may do otherwise by now."
