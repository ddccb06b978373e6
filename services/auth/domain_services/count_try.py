"""Counts a try to guess a password before the password is looked at."""

from services.auth.domain.attempts import Attempts
from services.auth.domain.errors import AttemptsBusy, TooManyAttempts
from services.auth.domain.ports import Ports

COUNT_TRIES = 20  # against others who try the same name at the same moment


def count_try(name: str, *, ports: Ports) -> Attempts:
    """The tries in a row, this one included: of many at once no two have the same count, so none
    of them is free that would not be free alone. Raises TooManyAttempts, AttemptsBusy."""
    for _ in range(COUNT_TRIES):
        now = ports.now()
        before = ports.attempts.read(name) or Attempts(name, 0, now)
        if before.retry_at > now:
            raise TooManyAttempts(before.retry_at, now)
        counted = before.another(now)
        if ports.attempts.save(counted):
            return counted
    raise AttemptsBusy(name)
