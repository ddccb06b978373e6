"""Counts a try to guess a password before the password is looked at."""

from contextlib import suppress
from datetime import datetime

from services.auth.domain.attempts import ANY, Attempts, Tries, network_of
from services.auth.domain.errors import AttemptsBusy, TooManyAttempts
from services.auth.domain.ports import Ports

COUNT_TRIES = 20  # against others who try the same name, or from the same address, at once
OWN_SESSION = "session"  # in the place of an address: these tries are the session's, from anywhere


def count_login(name: str, source_ip: str | None, *, ports: Ports) -> Tries:
    """Where the name has logged in from that address before, only tries from there count: nobody
    elsewhere can use them up. Elsewhere those of the name and those of the address count as well.

    Parallel guesses get no more tries than sequential ones: no two have the same count. Raises
    TooManyAttempts, AttemptsBusy.
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
    """Of a password that is changed, by the session. Raises TooManyAttempts, AttemptsBusy."""
    name = f"ME#{session_id}"  # no name that anybody can give at a login
    for _ in range(COUNT_TRIES):
        now = ports.now()
        counted = _one_more(Tries(_read(name, OWN_SESSION, now, ports)), now, ports)
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
    """None when a rival was counted first. All are counted or none."""
    if (retry_at := before.retry_at) is not None and retry_at > now:
        raise TooManyAttempts(retry_at, now)
    own, *others = (each.another(now) for each in (before.own, *before.others))
    return Tries(own, tuple(others)) if ports.attempts.save(own, *others) else None
