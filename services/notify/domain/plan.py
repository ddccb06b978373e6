"""When a channel tells an event: at once, or collected with others."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.channel import Channel, Rule
from services.notify.domain.quiet import quiet_until
from services.notify.domain.stage import Stage

QUIET = "quiet"


@dataclass(frozen=True)
class Collect:
    """It goes into the open notification of the group, or opens one that is due then. With
    `first_at_once` it is told at once if it is the first of its kind lately."""

    group: str
    due_at: datetime
    first_at_once: bool = False


def plan(channel: Channel, rule: Rule, stage: Stage, now: datetime) -> Collect | None:
    """None: at once. What would be told within quiet hours is told at their end, in one message."""
    until = silent_until(channel, (stage,), now)
    if until is not None:
        return Collect(QUIET, until)
    if rule.digest_minutes is None:
        return None
    due_at = now + timedelta(minutes=rule.digest_minutes)
    failed = stage is Stage.FAILED
    until = silent_until(channel, (stage,), due_at)
    if until is not None:
        return Collect(QUIET, until, failed)
    return Collect(group_of(rule), due_at, failed)


def group_of(rule: Rule) -> str:
    """What is collected by rules of the same minutes is told together."""
    return f"digest-{rule.digest_minutes}"


def silent_until(channel: Channel, stages: tuple[Stage, ...], at: datetime) -> datetime | None:
    """None when something of these stages may be told at that time."""
    quiet = channel.quiet_hours
    if quiet is not None and quiet.failures_pass and Stage.FAILED in stages:
        return None
    return quiet_until(quiet, at)
