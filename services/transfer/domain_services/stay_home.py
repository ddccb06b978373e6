"""Asks whether this region may work, and looks at the other one's record when that is due."""

from collections.abc import Callable
from datetime import datetime

from services.transfer.domain.errors import PeerUnreachable, RegionStandsBy
from services.transfer.domain.home import Home
from services.transfer.domain.ports import HomeStore, Ports

TRIES = 5  # functions of one region keep the same record
Now = Callable[[], datetime]


def may_work(*, ports: Ports) -> bool:
    """A stage in one region always may."""
    return ports.home is None or home_may_work(ports.home, ports.now)


def should_work(*, ports: Ports) -> bool:
    """Whether nothing is missing but the look at the other region, which it does not take."""
    return ports.home is None or ports.home.mine().is_due(ports.now())


def require_home(*, ports: Ports) -> None:
    """Raises RegionStandsBy."""
    if ports.home is not None and not home_may_work(ports.home, ports.now):
        raise RegionStandsBy(ports.home.region, ports.home.peer_region)


def home_may_work(store: HomeStore, now: Now) -> bool:
    mine = store.mine()
    if mine.may_work(now(), store.patience):
        return True
    if not mine.is_due(now()):
        return False
    try:
        return keep_home(store, now).may_work(now(), store.patience)
    except PeerUnreachable:
        return False


def keep_home(store: HomeStore, now: Now) -> Home:
    """Looks at the other record, if this region wants to work, or stood by and nobody has taken
    over so far. Raises PeerUnreachable."""
    mine = store.mine()
    for _ in range(TRIES):
        if not mine.must_look:
            return mine
        began = now()  # before the look, because a claim may come right after it
        kept = mine.seen(store.peers(), began, store.patience)
        if kept == mine:
            return mine
        if (stored := store.save(kept)) is not None:
            return stored
        mine = store.mine()
    return mine  # what the others have stored counts
