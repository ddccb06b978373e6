"""The synthetic transfer in memory: the API as its user sees it, and a clock to move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from services.synthetic.domain.errors import AlreadySent, ApiRefused
from services.synthetic.domain.ports import Policy, Ports, Receipt, Seen, Wish
from services.synthetic.use_cases.send_synthetic import send_synthetic
from tests.fakes.calls import Calls
from tests.fakes.metering import InMemoryMeter
from tests.fakes.watched import watched
from tests.unit.progress.stories import NOON

SIZE = 1_024
WISH = Wish("test-partner", "outgoing", "synthetic/1k.bin", "fileferry-synthetic.bin")
RECEIPT = Receipt(SIZE, "readback", "matched")


class InMemoryFerry:
    """`ends` says how a transfer is when it was looked at for `looks` times."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.sessions = 0  # of all runs that are under way
        self.transfers: dict[str, Seen] = {}
        self.sent: dict[str, tuple[str, str]] = {}  # by key: label and id
        self.ends: Seen | None = self.completed()
        self.looks = 3
        self.cancels = (
            True  # a cancelled transfer ends, which it does not while the partner is away
        )
        self._looked: dict[str, int] = {}

    @staticmethod
    def completed(receipt: Receipt = RECEIPT) -> Seen:
        return Seen("", "completed", NOON, SIZE, receipt=receipt)

    def log_in(self) -> None:
        self.sessions += 1

    def log_out(self) -> None:
        self.sessions -= 1

    def active(self) -> Sequence[Seen]:
        self._require_login()
        return [each for each in self.transfers.values() if not each.ended]

    def send(self, wish: Wish, key: str, label: str) -> Seen:
        self._require_login()
        assert wish == WISH
        if key in self.sent and self.sent[key][0] != label:
            raise AlreadySent(key)
        found = f"t-{len(self.transfers) + 1}"
        self.sent[key] = label, found
        self.transfers[found] = Seen(found, "requested", self._now())
        return self.transfers[found]

    def look(self, transfer_id: str) -> Seen:
        self._require_login()
        seen = self.transfers[transfer_id]
        looked = self._looked[transfer_id] = self._looked.get(transfer_id, 0) + 1
        if looked == self.looks and self.ends is not None and not seen.ended:
            seen = replace(self.ends, id=transfer_id, requested_at=seen.requested_at)
            self.transfers[transfer_id] = seen
        return seen

    def cancel(self, transfer_id: str) -> None:
        self._require_login()
        seen = self.transfers[transfer_id]
        if seen.ended:
            raise ApiRefused("cancel", 409, "wrong_state")
        state = "cancelled" if self.cancels else "cancelling"
        self.transfers[transfer_id] = replace(seen, state=state)

    def _require_login(self) -> None:
        if not self.sessions:
            raise ApiRefused("any", 401, "token_missing")


@dataclass
class SyntheticWorld:
    clock: datetime = NOON
    logged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.calls, self.meter = Calls(self._move_clock), InMemoryMeter()
        self.ferry = InMemoryFerry(lambda: self.clock)
        self.ports = Ports(
            ferry=watched("ferry", self.ferry, self.calls),
            meter=self.meter,
            log=lambda phrase, what: self.logged.append(what),
            pause=self.calls.pass_time,
            now=lambda: self.clock,
            new_label=lambda: f"synthetic-{next(numbers)}",
            policy=Policy(WISH, wait_seconds=150),
        )

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def run(self, name: str = "1") -> str:
        return send_synthetic(name, ports=self.ports)

    def runs(self, number: int) -> list[str]:
        """Every five minutes."""
        found = []
        for _ in range(number):
            began = self.clock
            found.append(self.run(f"{began:%H:%M}"))
            assert self.clock - began < timedelta(minutes=5), "it overlaps the next one"
            self.clock = began + timedelta(minutes=5)
        return found

    def counted(self) -> tuple[float, float]:
        """Completed and failed ones."""
        return self.meter.sum("SyntheticCompleted"), self.meter.sum("SyntheticFailed")
