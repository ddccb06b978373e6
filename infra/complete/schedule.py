"""For functions that a schedule triggers: the rule, and the queue of the calls that failed."""

import re

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, attribute, choose, ref, resource
from infra.complete.names import TemplateWrong, name_of
from infra.complete.permissions import may_call
from infra.complete.queues import dead_letters, rules_may_send

UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}
SCHEDULE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)|cron\(.+\)")


def schedule_resources(service: Service, function: Function) -> Value:
    expression, name = function.trigger.value, function.name
    rate = SCHEDULE.fullmatch(str(expression))
    if rate is None:
        raise TemplateWrong(
            f"{service.name}: {name}: the schedule {expression!r} is none."
            " Write rate(5 minutes) or cron(...)."
        )
    rule, failed = f"{name}Schedule", f"{name}DeadLetters"
    target = {
        "Id": function.purpose,
        "Arn": ref(f"{function.id}.Alias"),
        "DeadLetterConfig": {"Arn": attribute(failed)},
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": _age(rate)},
    }
    properties = {
        "Name": name_of(service.name, function.purpose),
        "ScheduleExpression": expression,
        "Targets": [target],
    }
    if when := function.trigger.options.get("when"):
        properties["State"] = choose(when, "ENABLED", "DISABLED")
    told = f"{name} of {service.name} failed."
    return {
        **dead_letters(service.name, name, function.purpose, told),
        rule: resource("Events::Rule", properties),
        f"{failed}Policy": rules_may_send([failed], [rule]),
        **may_call(function, "events", attribute(rule)),
    }


def _age(rate: "re.Match[str]") -> int:
    """How late a call may come. It may come until the next one is due, and at most a day late."""
    if rate[1] is None:
        return UNITS["hour"]
    return min(int(rate[1]) * UNITS[rate[2]], UNITS["day"])
