"""How many guesses of passwords anybody has, and how long to wait for the next one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

FREE = 5  # tries in a row that cost nothing: typing errors, and parallel logins of one user
LOCK_AFTER = 12  # from then on every further try has to wait for the whole lock
LOCK = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)  # after the last try
KNOWN = timedelta(days=30)  # after the last login: so long an address is one of the user's own
ANY = ""  # in the place of a name or an address
NOWHERE = "unknown"  # of requests that say no address; API Gateway's do
IPV6_NETWORK = 64  # bits; whoever has one IPv6 address has all of its /64


@dataclass(frozen=True)
class Allowance:
    """So many tries at once, and then one more each time that `every` has passed."""

    free: int
    every: timedelta


# OWASP ASVS 2.2.1 allows 100 an hour on one account; this is 50 and 6, 144 a day
OF_ONE_NAME = Allowance(50, timedelta(minutes=10))
# Behind one address may be a whole company, and on one morning all of it mistypes
OF_ONE_ADDRESS = Allowance(100, timedelta(seconds=30))


@dataclass(frozen=True)
class Attempts:
    """Tries of one name from one address that have not ended in a login, the present one included.

    With ANY for the address they are those of a name from wherever it is not known, with ANY for
    the name those of an address under all names that it is not known for. These wear off one by
    one, and `last_at` is when the last one did; the others are forgotten together.
    """

    name: str
    address: str
    count: int
    last_at: datetime
    known_until: datetime | None = None  # somebody logged in under that name from there
    version: int = 0

    @property
    def retry_at(self) -> datetime | None:
        """Of one name and address: 1, 2, 4, ... 64 seconds after the free tries, then the lock.
        None while tries are free, whatever the clock says that counted the last one."""
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
        """From then on they say nothing any more."""
        forgotten = self.last_at + FORGOTTEN
        return max(forgotten, self.known_until) if self.known_until else forgotten

    def known(self, now: datetime) -> bool:
        return self.known_until is not None and now < self.known_until

    def left(self, now: datetime) -> "Attempts":
        """What of them still counts."""
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
        """A login takes back its own try where others are counted too: whoever has a password of
        their own must not buy guesses with it."""
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
    """One try as it was counted: for its name and address, and for all names and addresses."""

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
