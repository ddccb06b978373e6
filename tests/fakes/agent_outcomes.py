"""What transfers taught, in memory."""

from collections import Counter
from datetime import datetime, timedelta

from services.agent.adapters.dynamodb_outcomes import period_of
from services.agent.domain.histogram import bucket_of
from services.agent.domain.outcome import Ended, Learned, Slot, Tally
from tests.fakes.calls import Calls


class InMemoryOutcomes:
    def __init__(self, keep_for: timedelta, calls: Calls | None = None) -> None:
        self.counted: dict[str, Ended] = {}  # by event
        self._keep_for, self._calls = keep_for, calls or Calls(lambda _: None)

    def count(self, ended: Ended, event_id: str, now: datetime) -> None:
        self._calls.through(
            "outcomes.count", (ended, event_id), lambda: self.counted.setdefault(event_id, ended)
        )

    def learned(self, destination_id: str, now: datetime) -> Learned:
        oldest = period_of((now - self._keep_for).date())
        tallies: dict[Slot, Tally] = {}
        for each in self.counted.values():
            if each.destination_id == destination_id and period_of(each.ended_at.date()) >= oldest:
                one = Tally(Counter([bucket_of(each.seconds)])) if each.completed else Tally({}, 1)
                tallies[each.slot] = tallies.get(each.slot, Tally()) + one
        return Learned(tallies, self._keep_for.days)
