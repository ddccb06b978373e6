"""Alarms of alarms, so that one cause rings once.

Only composites tell somebody where they cover. A composite is quiet while the one that names its
cause rings: when a function fails, its messages wait, too. AWS keeps it quiet for as long as the
cause rings, be it for weeks. So a cause is one of the same service, and is never quiet itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from infra.complete.intrinsics import Value, ref, resource, sub
from infra.complete.names import TemplateWrong, pascal
from infra.observability.alarms import TOPIC, Alarm, runbook
from infra.observability.rule import Group

MOST_CHILDREN = 100  # AWS's limit
# A cause may be seen later than its consequence: its alarm looks at three minutes or five.
WAIT_SECONDS = 300
# When the cause has ended, its consequences get that long to end as well, before they ring.
EXTENSION_SECONDS = 600


@dataclass(frozen=True)
class Composite:
    """`name` is what stands behind `fileferry-<stage>-`. `quiet_while` is another composite."""

    name: str
    told: str
    runbook: str
    children: tuple[str, ...]  # logical ids
    joined: str = "OR"
    quiet_while: str = ""

    @property
    def id(self) -> str:
        return pascal(self.name)

    @property
    def resource(self) -> Value:
        if not 0 < len(self.children) <= MOST_CHILDREN:
            raise TemplateWrong(
                f"{self.name} would cover {len(self.children)} alarms; a composite takes 1 to"
                f" {MOST_CHILDREN}. Split its group in rules.py."
            )
        rule = f" {self.joined} ".join(f'ALARM("${{{child}}}")' for child in self.children)
        properties: Value = {
            "AlarmName": sub(f"fileferry-${{Stage}}-{self.name}"),
            "AlarmDescription": sub(f"{self.told} {runbook(self.runbook)}"),
            "AlarmRule": sub(rule),
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
        }
        if self.quiet_while:
            properties |= {
                "ActionsSuppressor": ref(pascal(self.quiet_while)),
                "ActionsSuppressorWaitPeriod": WAIT_SECONDS,
                "ActionsSuppressorExtensionPeriod": EXTENSION_SECONDS,
            }
        return resource("CloudWatch::CompositeAlarm", properties)


@dataclass(frozen=True)
class Cover:
    """How a group of alarms of the whole stage is put together."""

    name: str
    told: str
    runbook: str
    joined: str = "OR"
    quiet_while: str = ""


COVERS: Mapping[Group, Cover] = {
    # All services answer it, so a function of one is no reason to be quiet about the others.
    Group.API: Cover("api-unwell", "The API fails or is slow.", "api-unwell"),
    Group.TRANSFERS: Cover(
        "transfers-unwell",
        "Transfers fail by our fault, stand still or take far too long.",
        "transfers-unwell",
        quiet_while="transfer-functions-unwell",
    ),
    Group.AVAILABLE_FAST: Cover(
        "slo-availability-fast",
        "The API's errors of a month are used up in two days, if it goes on.",
        "slo-availability",
        "AND",
    ),
    Group.AVAILABLE_SLOW: Cover(
        "slo-availability-slow",
        "The API's errors of a month are used up in five days, if it goes on.",
        "slo-availability",
        "AND",
        "slo-availability-fast",
    ),
    Group.SUCCESS_FAST: Cover(
        "slo-success-fast",
        "The failed transfers of a month are used up in two days, if it goes on.",
        "slo-success",
        "AND",
    ),
    Group.SUCCESS_SLOW: Cover(
        "slo-success-slow",
        "The failed transfers of a month are used up in five days, if it goes on.",
        "slo-success",
        "AND",
        "slo-success-fast",
    ),
}


def composites_of(alarms: Sequence[Alarm]) -> list[Composite]:
    """Those with something to cover. Raises TemplateWrong for an alarm that only some deployments
    have, because a composite names its children."""
    made = [*_of_services(alarms), *_of_stage(alarms)]
    there = {each.name for each in made}
    return [each if each.quiet_while in there else replace(each, quiet_while="") for each in made]


def _of_services(alarms: Sequence[Alarm]) -> Iterator[Composite]:
    for stack, children in _by_stack(alarms, Group.FUNCTIONS).items():
        told = f"Functions of {stack} fail, answer 500 or are throttled."
        yield Composite(f"{stack}-functions-unwell", told, "functions-unwell", children)
    for stack, children in _by_stack(alarms, Group.MESSAGES).items():
        told = f"Messages of {stack} wait too long, or were given up."
        cause = f"{stack}-functions-unwell"
        yield Composite(
            f"{stack}-queues-unwell", told, "queues-unwell", children, quiet_while=cause
        )


def _of_stage(alarms: Sequence[Alarm]) -> Iterator[Composite]:
    for group, cover in COVERS.items():
        children = _ids([each for each in alarms if each.rule.group is group])
        if children:
            yield Composite(**vars(cover), children=children)


def _by_stack(alarms: Sequence[Alarm], group: Group) -> dict[str, tuple[str, ...]]:
    theirs = [each for each in alarms if each.rule.group is group]
    stacks = dict.fromkeys(each.thing.stack for each in theirs)
    return {stack: _ids([each for each in theirs if each.thing.stack == stack]) for stack in stacks}


def _ids(alarms: Sequence[Alarm]) -> tuple[str, ...]:
    for each in alarms:
        if each.condition:
            raise TemplateWrong(
                f"The alarm {each.name} is there only where {each.condition} holds, and a"
                " composite cannot name it. Let its rule be Group.ALONE."
            )
    return tuple(each.id for each in alarms)
