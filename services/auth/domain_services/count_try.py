"""Counts a try of a password before the password is compared."""

from contextlib import suppress
from datetime import datetime

from services.auth.domain.attempts import ANY, Attempts, Tries, network_of
from services.auth.domain.errors import AttemptsBusy, TooManyAttempts
from services.auth.domain.ports import Ports

COUNT_TRIES = 20  # because others may try the same name or from the same address at once
OWN_SESSION = "session"  # takes the place of an address, for tries of a session from anywhere


def count_login(name: str, source_ip: str | None, *, ports: Ports) -> Tries:
    """When the name has logged in from this address before, only its tries from this address count.
    So nobody elsewhere can use them up. Otherwise two more counts apply: the tries of the name from
    all such addresses, and the tries from this address under all such names.

    Parallel guesses get no more tries than sequential ones, because no two have the same count.
    Raises TooManyAttempts, AttemptsBusy.
    """
    address = network_of(source_ip)
    for _ in range(COUNT_TRIES):
        now = ports.now()
        own = _read(name, address, now, ports)
        others: tuple[Attempts, ...] = ()
        if not own.known(now):
            others = (_read(name, ANY, now, ports), _read(ANY, address, now, ports))
        counted = _one_more(Tries(own, others), now, ports)
        if counted is not None:
            return counted
    raise AttemptsBusy(name)


def count_own(session_id: str, *, ports: Ports) -> Tries:
    """Counts a try to give the current password in order to change it. Each session has a count of
    its own. Raises TooManyAttempts, AttemptsBusy."""
    return _count(f"ME#{session_id}", OWN_SESSION, ports=ports)


def count_handover(user: str, source_ip: str | None, *, ports: Ports) -> Tries:
    """Counts a try to redeem the user's open code. Tries from one address take none from another,
    so nobody can keep the program out that has the right code. Raises TooManyAttempts,
    AttemptsBusy."""
    return _count(f"HANDOVER#{user}", network_of(source_ip), ports=ports)


def _count(name: str, address: str, *, ports: Ports) -> Tries:
    """Nobody can give such a name at a login."""
    for _ in range(COUNT_TRIES):
        now = ports.now()
        counted = _one_more(Tries(_read(name, address, now, ports)), now, ports)
        if counted is not None:
            return counted
    raise AttemptsBusy(name)


def forget_tries(tries: Tries, *, ports: Ports) -> None:
    """It ended well. Where rivals are faster again and again, it costs one try more."""
    with suppress(AttemptsBusy):
        for _ in range(COUNT_TRIES):
            now = ports.now()
            counted = (tries.own, *tries.others)
            latest = [_read(each.name, each.address, now, ports) for each in counted]
            if ports.attempts.save(*(each.after_login(now) for each in latest)):
                return


def _read(name: str, address: str, now: datetime, ports: Ports) -> Attempts:
    found = ports.attempts.read(name, address) or Attempts(name, address, 0, now)
    return found.left(now)


def _one_more(before: Tries, now: datetime, ports: Ports) -> Tries | None:
    """Counts one more try, in all records or in none. None when a rival was counted first."""
    if (retry_at := before.retry_at) is not None and retry_at > now:
        raise TooManyAttempts(retry_at, now)
    own, *others = (each.another(now) for each in (before.own, *before.others))
    return Tries(own, tuple(others)) if ports.attempts.save(own, *others) else None
