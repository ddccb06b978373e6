"""The chunks that one lane has claimed. Whoever calls these keeps the order of the calls."""

from dataclasses import replace
from datetime import datetime

from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark
from services.transfer.domain.ports import Ports


class LaneChunks:
    """One is at hand. The next one may have been claimed with the end of the one before. Until the
    lane asks for it, it is nobody's work, but leased."""

    def __init__(self, lane: Lane, ports: Ports) -> None:
        self._name = f"lane {lane.number} of {lane.transfer_id}"
        self._ports = ports
        self._at_hand: ChunkLease | None = None
        self._ahead: ChunkLease | None = None

    @property
    def at_hand(self) -> ChunkLease:
        if self._at_hand is None:
            raise ValueError(f"{self._name} holds no chunk")
        return self._at_hand

    def claim(self, ledger: LedgerId, worker: str, until: datetime) -> ChunkLease | None:
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            ahead = self._ports.ledger.claim(ledger, worker, self._ports.now(), until)
        self._at_hand = ahead
        return ahead

    def checkpoint(self, mark: Mark) -> None:
        self._at_hand = self._ports.ledger.checkpoint(self.at_hand, mark)

    def finish(self, mark: Mark, part: str, lane: Lane, *, goes_on: bool) -> None:
        """Stores the lane as well. If it goes on, it claims what comes next."""
        now = self._ports.now() if goes_on else None
        self._ahead = self._ports.ledger.finish(self.at_hand, mark, part, lane, now)
        self._at_hand = None

    def give_back(self, mark: Mark, ahead: Mark | None, *, doubted: bool) -> bool:
        """Whether more is known to be written than before. Does nothing when no chunk is at
        hand."""
        held, self._at_hand = self._at_hand, None
        if held is None:
            return False
        reached = (ahead or mark).done_bytes
        known = (held.ahead or held.mark).done_bytes
        doubts = held.doubts + (1 if doubted else 0)
        self._ports.ledger.release(replace(held, mark=mark, ahead=ahead, doubts=doubts))
        return reached > known

    def give_back_ahead(self) -> None:
        """As it was claimed."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self._ports.ledger.release(ahead)

    def renew(self, until: datetime) -> None:
        if self._at_hand is not None:
            self._at_hand = self._ports.ledger.renew(self._at_hand, until)
        if self._ahead is not None:
            self._ahead = self._ports.ledger.renew(self._ahead, until)
