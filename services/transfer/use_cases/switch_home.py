"""What operators do with the regions of a stage: let this one work, or stand by."""

from collections.abc import Callable

from services.transfer.domain.errors import PeerUnreachable, StaleHome
from services.transfer.domain.home import Home
from services.transfer.domain.ports import HomeStore, Ports
from services.transfer.domain_services.stay_home import TRIES


def activate(store: HomeStore, *, alone: bool = False, ports: Ports) -> Home:
    """Takes over from the other region. `alone`: that one is down, and its record need not be read.
    May be repeated: what was claimed stays claimed. Raises PeerUnreachable, StaleHome."""
    seen = _peer(store, alone=alone)  # before anything is claimed
    mine = _changed(store, lambda home: home if home.works else home.claim(ports.now(), seen))
    now = ports.now()  # after the claim was stored
    peer = _peer(store, alone=alone)
    if mine.works_from is not None:
        return _changed(store, Home.left_alone) if peer is None else mine

    def begin(home: Home) -> Home:
        claimed = home.works and home.works_from is None
        return home.after_claim(peer, now, store.patience) if claimed else home

    return _changed(store, begin)


def stand_by(store: HomeStore, *, ports: Ports) -> Home:
    """Lanes stop within a lease. Raises StaleHome."""
    return _changed(store, lambda home: home.stand_by(ports.now()))


def _peer(store: HomeStore, *, alone: bool) -> Home | None:
    try:
        return store.peers()
    except PeerUnreachable:
        if alone:
            return None
        raise


def _changed(store: HomeStore, change: Callable[[Home], Home]) -> Home:
    for _ in range(TRIES):
        mine = store.mine()
        after = change(mine)
        if after == mine:
            return mine
        if (stored := store.save(after)) is not None:
            return stored
    raise StaleHome(store.region)
