"""What a client knows of the transfers that it watches, from the messages of the WebSocket.

Messages may come twice, late, in another order, or not at all. Whatever comes, a transfer is in a
state that the service had, or it is in `behind` and has to be asked for again.
"""

from collections.abc import Iterable

from cli.live.chunk_runs import RunsDoNotFit, splice
from contracts.websocket.live_transfer import LiveChange, LiveTransfer, Position
from contracts.websocket.server_messages import Delta, Snapshot


class Known:
    """`only`: the transfers that were asked for. None: a list, which may tell of any."""

    def __init__(self, only: Iterable[str] | None = None) -> None:
        self._only = None if only is None else frozenset(only)
        self._transfers: dict[str, LiveTransfer] = {}
        self.behind: set[str] = set()

    def __getitem__(self, transfer_id: str) -> LiveTransfer:
        return self._transfers[transfer_id]

    def __contains__(self, transfer_id: str) -> bool:
        return transfer_id in self._transfers

    def positions(self, transfers: Iterable[str] | None = None) -> tuple[Position, ...]:
        """Of those transfers of which something is known."""
        asked = self._transfers if transfers is None else transfers
        return tuple(
            Position(transfer_id=known.transfer_id, epoch=known.epoch, seq=known.seq)
            for known in (self._transfers.get(each) for each in asked)
            if known is not None
        )

    def hear(self, message: Snapshot | Delta) -> tuple[LiveTransfer, ...]:
        """The transfers of which something new is known now."""
        if isinstance(message, Snapshot):
            asked = (each for each in message.transfers if self._is_asked(each))
            heard = [self._replace(transfer) for transfer in asked]
        else:
            heard = [self._change(change) for change in message.changes if self._is_asked(change)]
        return tuple(transfer for transfer in heard if transfer)

    def _is_asked(self, told: Position) -> bool:
        return self._only is None or told.transfer_id in self._only

    def forget(self, transfer_id: str) -> None:
        self._transfers.pop(transfer_id, None)
        self.behind.discard(transfer_id)

    def _replace(self, transfer: LiveTransfer) -> LiveTransfer | None:
        known = self._transfers.get(transfer.transfer_id)
        if known and known.epoch == transfer.epoch and known.seq > transfer.seq:
            return None  # it was overtaken by a change
        if known and known.epoch == transfer.epoch and known.seq == transfer.seq:
            return self._keep(_with_details(transfer, known))
        return self._keep(transfer)

    def _keep(self, transfer: LiveTransfer) -> LiveTransfer:
        self._transfers[transfer.transfer_id] = transfer
        self.behind.discard(transfer.transfer_id)
        return transfer

    def _change(self, change: LiveChange) -> LiveTransfer | None:
        known = self._transfers.get(change.transfer_id)
        same_life = known is not None and known.epoch == change.epoch
        if known is not None and same_life and known.seq >= change.seq:
            return None
        if known is None or not same_life or known.seq < change.base:
            self.behind.add(change.transfer_id)
            return None
        if change.chunk_changes and known.seq != change.base:
            self.behind.add(change.transfer_id)
            return None
        try:
            return self._keep(_changed(known, change))
        except RunsDoNotFit:  # asked for without a position, it is sent whole
            self.forget(change.transfer_id)
            self.behind.add(change.transfer_id)
            return None


def _with_details(transfer: LiveTransfer, known: LiveTransfer) -> LiveTransfer:
    """A list is told without details. At the same `seq` they are still what they were."""
    runs = transfer.chunk_runs or known.chunk_runs
    receipt = transfer.receipt or known.receipt
    return transfer.model_copy(update={"chunk_runs": runs, "receipt": receipt})


def _changed(known: LiveTransfer, change: LiveChange) -> LiveTransfer:
    update = {name: getattr(change.set, name) for name in change.set.model_fields_set}
    if change.chunk_changes and "chunk_runs" not in update:
        update["chunk_runs"] = _changed_runs(known, change)
    return known.model_copy(update=update | {"seq": change.seq})


def _changed_runs(known: LiveTransfer, change: LiveChange) -> str:
    if known.chunk_runs is None:
        raise RunsDoNotFit("no runs are known")
    runs = known.chunk_runs
    for each in change.chunk_changes or ():
        runs = splice(runs, each.first, each.runs)
    return runs
