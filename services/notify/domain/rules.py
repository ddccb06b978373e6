"""Which rule of a channel fits, and which rules and quiet hours could never let anything through.

The first rule that fits an event counts.
"""

from collections.abc import Sequence

from kernel.caller import ALL, SEE_ALL_TRANSFERS, Caller
from services.notify.domain.channel import Channel, Kind, QuietHours, Rule, Whose
from services.notify.domain.errors import FieldInvalid, RoleMissing
from services.notify.domain.quiet import DAYS, zone_of
from services.notify.domain.stage import Stage


def fitting_rule(channel: Channel, stage: Stage, destination_id: str) -> Rule | None:
    return next((each for each in channel.rules if fits(each, stage, destination_id)), None)


def fits(rule: Rule, stage: Stage, destination_id: str) -> bool:
    return stage in rule.stages and not {ALL, destination_id}.isdisjoint(rule.destinations)


def check_channel(channel: Channel, caller: Caller, mail: str | None) -> None:
    """`caller` saves it, and `mail` is their address as far as it is known. Raises FieldInvalid for
    what could never be told, RoleMissing for what they may not see."""
    if channel.whose is Whose.ALL and not caller.has(SEE_ALL_TRANSFERS):
        raise RoleMissing(tuple(sorted(role.value for role in SEE_ALL_TRANSFERS)))
    if channel.kind is Kind.EMAIL:
        _check_addresses(channel, mail)
    _check_rules(channel.rules)
    if channel.owner is not None and channel.whose is Whose.MINE:
        _check_destinations(channel.rules, caller)
    if channel.quiet_hours is not None:
        _check_quiet(channel.quiet_hours, channel.rules)


def _check_addresses(channel: Channel, mail: str | None) -> None:
    if channel.owner is None and not channel.mails:
        raise FieldInvalid("mails", "", "Give at least one address for a shared channel.")
    if channel.owner is not None and mail is None:
        advice = "Your e-mail address is not known. Ask an admin to enter it."
        raise FieldInvalid("kind", channel.kind.value, advice)


def _check_rules(rules: Sequence[Rule]) -> None:
    for index, rule in enumerate(rules):
        if _is_covered(rule, rules[:index]):
            raise FieldInvalid(
                f"rules.{index}",
                " ".join(rule.stages),
                "Rules before it fit all of its events, so it would never count."
                " Remove it, or put it first.",
            )


def _is_covered(rule: Rule, earlier: Sequence[Rule]) -> bool:
    """A rule for all destinations is covered by rules for all destinations only."""
    wanted = (ALL,) if ALL in rule.destinations else rule.destinations
    return all(
        any(fits(each, stage, destination) for each in earlier)
        for stage in rule.stages
        for destination in wanted
    )


def _check_destinations(rules: Sequence[Rule], caller: Caller) -> None:
    for index, rule in enumerate(rules):
        for destination in rule.destinations:
            if destination != ALL and not caller.may_send_to(destination):
                raise FieldInvalid(
                    f"rules.{index}.destinations",
                    destination,
                    "You may not send there, so nothing of yours would ever be told."
                    " Leave it out, or ask an admin.",
                )


def _check_quiet(quiet: QuietHours, rules: Sequence[Rule]) -> None:
    if zone_of(quiet.time_zone) is None:
        advice = "There is no such time zone. Send one like Europe/Berlin or UTC."
        raise FieldInvalid("quiet_hours.time_zone", quiet.time_zone, advice)
    if quiet.begins != quiet.ends or not set(DAYS) <= set(quiet.days):
        return
    passes = {Stage.FAILED} if quiet.failures_pass else set()
    if not {stage for each in rules for stage in each.stages} <= passes:
        advice = "It would be quiet all day and all week. Leave a day out, or end earlier."
        raise FieldInvalid("quiet_hours.ends", quiet.ends, advice)
