"""What a decision about a destination's number of lanes is made by."""

from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.lane_target import Decision, LaneTarget
from services.transfer.domain.lane_window import Measure, Share

SOURCE_BOUND = 0.7  # of the lanes' time, spent in waiting for S3


@dataclass(frozen=True)
class Seen:
    """`limit` is the destination's, and who allows no more is told with it."""

    measure: Measure
    share: Share
    limit: int
    who_allows: str

    @property
    def rate(self) -> float:
        return self.measure.bytes_per_second

    @property
    def now(self) -> datetime:
        return self.share.at

    @property
    def waits_for_source(self) -> bool:
        return self.measure.source_share >= SOURCE_BOUND

    def decision(self, target: LaneTarget, lanes: int, why: str) -> Decision:
        return Decision(self.now, target.lanes, lanes, self.rate, self.measure.success_rate, why)
