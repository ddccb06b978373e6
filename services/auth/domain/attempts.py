"""How often a password may be tried, and how long to wait for the next try."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

FREE = 5  # tries in a row without a wait, for typing errors and parallel logins of one user
LOCK_AFTER = 12  # after so many tries each further one has to wait for the whole lock
LOCK = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)  # tries are forgotten so long after the last one
KNOWN = timedelta(days=30)  # an address counts as the user's own so long after the last login
ANY = ""  # stands for any name or any address
NOWHERE = "unknown"  # for requests without an address; API Gateway always gives one
IPV6_NETWORK = 64  # bits, because whoever has one IPv6 address has all of its /64


@dataclass(frozen=True)
class Allowance:
    """`free` tries at once, and then one more each time that `every` has passed."""

    free: int
    every: timedelta


# OWASP ASVS 2.2.1 allows 100 tries an hour on one account. This allows 50 at once and then 6 an
# hour, which is 144 a day.
OF_ONE_NAME = Allowance(50, timedelta(minutes=10))
# A whole company may be behind one address, and many of its people mistype on the same morning.
OF_ONE_ADDRESS = Allowance(100, timedelta(seconds=30))


@dataclass(frozen=True)
class Attempts:
    """Tries of one name from one address that have not ended in a login. The present one counts.

    With ANY as the address they are the tries of a name from all addresses where it is not known.
    With ANY as the name they are the tries from an address under all names that are not known
    there. These two kinds wear off one by one, and `last_at` is when the last one did. The tries of
    one name from one address are forgotten all together.
    """

    name: str
    address: str
    count: int
    last_at: datetime
    known_until: datetime | None = None  # somebody logged in under that name from there
    version: int = 0

    @property
    def retry_at(self) -> datetime | None:
        """The earliest time for the next try. For one name from one address the waits after the
        free tries are 1, 2, 4, ... 64 seconds, and then the lock. None while tries are free. Then a
        clock that is wrong cannot make anybody wait."""
        allowance = self._allowance
        if self.count < (allowance.free if allowance else FREE):
            return None
        if allowance:
            return self.last_at + allowance.every
        if self.count >= LOCK_AFTER:
            return self.last_at + LOCK
        return self.last_at + timedelta(seconds=2 ** (self.count - FREE))

    @property
    def expires_at(self) -> datetime:
        """From then on the record means nothing any more."""
        forgotten = self.last_at + FORGOTTEN
        return max(forgotten, self.known_until) if self.known_until else forgotten

    def known(self, now: datetime) -> bool:
        return self.known_until is not None and now < self.known_until

    def left(self, now: datetime) -> "Attempts":
        """The tries that still count at `now`."""
        allowance = self._allowance
        if allowance is None:
            return self if now < self.last_at + FORGOTTEN else replace(self, count=0, last_at=now)
        worn = max(0, (now - self.last_at) // allowance.every)
        if worn >= self.count:
            return replace(self, count=0, last_at=now)
        left_since = self.last_at + worn * allowance.every
        return replace(self, count=self.count - worn, last_at=left_since)

    def another(self, now: datetime) -> "Attempts":
        left = self.left(now)
        last_at = left.last_at if self._allowance else now
        return replace(left, count=left.count + 1, last_at=last_at)

    def after_login(self, now: datetime) -> "Attempts":
        """With ANY as name or address, a login takes back only its own try. Otherwise somebody with
        a password of their own could log in to get more guesses at others' passwords."""
        left = self.left(now)
        if self._allowance:
            return replace(left, count=max(0, left.count - 1))
        return replace(left, count=0, known_until=now + KNOWN)

    @property
    def _allowance(self) -> Allowance | None:
        if self.address == ANY:
            return OF_ONE_NAME
        return OF_ONE_ADDRESS if self.name == ANY else None


@dataclass(frozen=True)
class Tries:
    """One try as it was counted. `own` counts it for its name and address. `others` count it for
    the name from any address and for the address under any name."""

    own: Attempts
    others: tuple[Attempts, ...] = ()

    @property
    def retry_at(self) -> datetime | None:
        waits = [each.retry_at for each in (self.own, *self.others)]
        return max((each for each in waits if each is not None), default=None)


def network_of(source_ip: str | None) -> str:
    """The address that tries are counted by."""
    try:
        address = ip_address(source_ip or "")
    except ValueError:
        return NOWHERE
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    bits = 128 - IPV6_NETWORK
    return str(ip_network((int(address) >> bits << bits, IPV6_NETWORK)))
