"""Ends the transfers that were open here when the other region took over, and may have sent them.
Also those that were open in the other region when this one took over, and came by an import.
"""

from collections.abc import Callable
from datetime import timedelta

from services.transfer.domain.errors import RegionOvertaken
from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import HomeStore, Ports
from services.transfer.domain.status import UNDER_WAY
from services.transfer.domain_services.fail_transfer import fail_transfer

# The list of open transfers is an index, which may be some seconds old.
INDEX_LATE = timedelta(seconds=15)


def end_overtaken(
    store: HomeStore, report: Callable[[str, Exception], None], *, ports: Ports
) -> int:
    """How many were under way. Their workflows clean up when this region works again. Until none is
    left, it does not. It calls no partner."""
    found = 0
    for transfer in ports.transfers.open_transfers():
        if transfer.status not in UNDER_WAY or transfer.delivered:
            continue
        found += 1
        try:
            why = Failure.of(RegionOvertaken(store.region))
            fail_transfer(transfer.run_id, why, ports=ports)
        except Exception as error:
            report(transfer.id, error)
    mine = store.mine()
    stopped_at = max(mine.stood_by_at, mine.claimed_at)  # since then none was taken or imported
    if found == 0 and mine.overtaken and ports.now() - stopped_at > INDEX_LATE:
        store.save(mine.settled())  # if somebody else was first, the next sweep comes again
    return found
