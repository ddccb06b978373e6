"""Counts how a transfer ended, once, as it ended last."""

from contracts.envelope import Event
from services.progress.domain.errors import EndingNotCounted
from services.progress.domain.ports import Ports
from services.progress.domain_services.ending_of import EndingFact, ending_of

TRIES = 10  # two endings of one transfer seldom come at the same moment


def count_ending(event: Event[EndingFact], apart: str | None = None, *, ports: Ports) -> None:
    """An ending that comes late, or again, changes nothing. A newer one takes back what was counted
    of the transfer before. Transfers of the user `apart` are nobody's work, and are not counted.
    Raises EndingNotCounted for whatever goes wrong, because the records beside this one have to be
    told all the same."""
    if event.data.owner == apart:
        return
    try:
        _count(event, ports)
    except EndingNotCounted:
        raise
    except Exception as error:
        raise EndingNotCounted(event.data.transfer_id) from error


def _count(event: Event[EndingFact], ports: Ports) -> None:
    ending = ending_of(event.data)
    for _ in range(TRIES):
        before = ports.figures.counted(ending.transfer_id)
        if before and before.ending.sequence >= ending.sequence:
            return
        if ports.figures.count(ending, before, ports.now()):
            return
    raise EndingNotCounted(ending.transfer_id)
