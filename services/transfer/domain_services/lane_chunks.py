"""The chunks that one lane has claimed. Whoever calls these keeps the order of the calls."""

from dataclasses import replace
from datetime import datetime

from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark
from services.transfer.domain.ports import Ports


class LaneChunks:
    """One is at hand. The one behind it is written, but not durable yet. The next one may have been
    claimed with the end of another. Until the lane asks for it, it is nobody's work, but leased."""

    def __init__(self, lane: Lane, ports: Ports) -> None:
        self._name = f"lane {lane.number} of {lane.transfer_id}"
        self._ports = ports
        self._at_hand: ChunkLease | None = None
        self._behind: ChunkLease | None = None
        self._ahead: ChunkLease | None = None

    @property
    def at_hand(self) -> ChunkLease:
        if self._at_hand is None:
            raise ValueError(f"{self._name} holds no chunk")
        return self._at_hand

    @property
    def writes(self) -> bool:
        return self._at_hand is not None

    @property
    def behind(self) -> ChunkLease:
        if self._behind is None:
            raise ValueError(f"{self._name} has no chunk behind it")
        return self._behind

    def claim(self, ledger: LedgerId, worker: str, until: datetime) -> ChunkLease | None:
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            ahead = self._ports.ledger.claim(ledger, worker, self._ports.now(), until)
        self._at_hand = ahead
        return ahead

    def checkpoint(self, mark: Mark) -> None:
        self._at_hand = self._ports.ledger.checkpoint(self.at_hand, mark)

    def leave_behind(self) -> None:
        self._behind, self._at_hand = self.at_hand, None

    def finish(self, mark: Mark, part: str, lane: Lane, *, goes_on: bool) -> None:
        """Stores the lane as well. If it goes on, it claims what comes next."""
        self._finish(self.at_hand, mark, part, lane, goes_on=goes_on)
        self._at_hand = None

    def finish_behind(self, mark: Mark, part: str, lane: Lane, *, goes_on: bool) -> None:
        self._finish(self.behind, mark, part, lane, goes_on=goes_on)
        self._behind = None

    def give_back(self, mark: Mark, ahead: Mark | None, *, doubted: bool) -> bool:
        """Whether more is known to be written than before. Does nothing when no chunk is at
        hand."""
        held, self._at_hand = self._at_hand, None
        return held is not None and self._give_back(held, mark, ahead, doubted=doubted)

    def give_back_behind(self, mark: Mark, ahead: Mark | None) -> bool:
        held, self._behind = self.behind, None
        return self._give_back(held, mark, ahead, doubted=False)

    def give_back_ahead(self) -> None:
        """As it was claimed."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self._ports.ledger.release(ahead)

    def renew(self, until: datetime) -> None:
        if self._at_hand is not None:
            self._at_hand = self._ports.ledger.renew(self._at_hand, until)
        if self._behind is not None:
            self._behind = self._ports.ledger.renew(self._behind, until)
        if self._ahead is not None:
            self._ahead = self._ports.ledger.renew(self._ahead, until)

    def _finish(
        self, held: ChunkLease, mark: Mark, part: str, lane: Lane, *, goes_on: bool
    ) -> None:
        now = self._ports.now() if goes_on and self._ahead is None else None
        ahead = self._ports.ledger.finish(held, mark, part, lane, now)
        self._ahead = ahead or self._ahead

    def _give_back(
        self, held: ChunkLease, mark: Mark, ahead: Mark | None, *, doubted: bool
    ) -> bool:
        reached = (ahead or mark).done_bytes
        known = (held.ahead or held.mark).done_bytes
        doubts = held.doubts + (1 if doubted else 0)
        self._ports.ledger.release(replace(held, mark=mark, ahead=ahead, doubts=doubts))
        return reached > known
