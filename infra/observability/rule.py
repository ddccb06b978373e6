"""What a rule is: of which things it makes an alarm, and when that rings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.observability.reading import Kind, Thing

MINUTE, HOUR = 60, 3_600


class Group(StrEnum):
    """Which composite covers an alarm, so that one cause rings once. An alarm that is covered tells
    nobody itself. composites.py says who is quiet while whom."""

    FUNCTIONS = "functions"  # one composite for each service
    MESSAGES = "messages"  # one composite for each service
    API = "api"
    TRANSFERS = "transfers"
    AVAILABLE_FAST = "availability-fast"
    AVAILABLE_SLOW = "availability-slow"
    SUCCESS_FAST = "success-fast"
    SUCCESS_SLOW = "success-slow"
    ALONE = ""  # rings by itself


@dataclass(frozen=True)
class Watch:
    """One metric. `of` is the service that emits it, where that is not the thing itself."""

    metric: str
    stat: str = "Sum"
    of: str = ""


@dataclass(frozen=True)
class Rule:
    """Rings when `points` of the last `out_of` periods were above `above`, or below `below`.

    Without an `expression` the one metric counts, or the sum of all. In it, metrics are named by
    the keys of `watch`. `parts` says that parts of the thing (a table's indexes) are summed, too.
    """

    name: str
    kind: Kind
    told: str  # for a person who knows the system and was asleep; {what} is the thing
    watch: Mapping[str, Watch]
    group: Group = Group.ALONE
    ending: str = ""  # what comes behind the thing's name in the alarm's
    expression: str = ""
    above: float = 0
    below: float | None = None
    points: int = 1
    out_of: int = 1
    period: int = MINUTE
    only: tuple[str, ...] = ()  # stacks; empty for all
    wants: str = ""  # a fact that a thing must have
    unless: str = ""  # a fact that it must not have
    needs: tuple[str, ...] = ()  # services without which the rule means nothing
    parts: bool = False
    missing: str = "notBreaching"  # CloudWatch's TreatMissingData
    while_scheduled: bool = False  # only where the service's schedule is switched on

    def applies_to(self, thing: Thing, services: frozenset[str]) -> bool:
        return (
            thing.kind is self.kind
            and (not self.only or thing.stack in self.only)
            and (not self.wants or bool(thing.facts.get(self.wants)))
            and not thing.facts.get(self.unless)
            and services.issuperset(self.needs)
        )
