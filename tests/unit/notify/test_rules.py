"""Rules and quiet hours that could never tell anything are refused when they are saved."""

from datetime import UTC, datetime

import pytest

from kernel.caller import Caller, Role
from services.notify.domain.channel import Channel, Kind, QuietHours, Rule, Whose
from services.notify.domain.errors import FieldInvalid, RoleMissing
from services.notify.domain.quiet import DAYS
from services.notify.domain.rules import check_channel
from services.notify.domain.stage import Stage
from tests.fakes.callers import a_caller

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ANN = a_caller("ann", Role.USER, destinations=("acme", "other"))
FAILED, DONE = Rule((Stage.FAILED,)), Rule((Stage.COMPLETED,))
ALL_DAY = QuietHours("UTC", "08:00", "08:00", DAYS)


def check(
    *rules: Rule,
    quiet: QuietHours | None = None,
    caller: Caller = ANN,
    kind: Kind = Kind.TEAMS,
    owner: str | None = "ann",
    whose: Whose = Whose.MINE,
    mail: str | None = None,
) -> None:
    channel = Channel("c", "c", kind, owner, whose, rules, NOON, NOON, quiet_hours=quiet)
    check_channel(channel, caller, mail)


@pytest.mark.parametrize(
    "rules",
    [
        (FAILED, FAILED),
        (FAILED, Rule((Stage.FAILED,), ("acme",))),
        (FAILED, DONE, Rule((Stage.FAILED, Stage.COMPLETED), digest_minutes=5)),
        (
            Rule((Stage.FAILED,), ("acme",)),
            Rule((Stage.FAILED,), ("other",)),
            Rule((Stage.FAILED,), ("acme", "other")),
        ),
    ],
)
def test_a_rule_behind_others_that_fit_all_of_its_events_is_refused(
    rules: tuple[Rule, ...],
) -> None:
    with pytest.raises(FieldInvalid) as refused:
        check(*rules)

    assert refused.value.field == f"rules.{len(rules) - 1}"


@pytest.mark.parametrize(
    "rules",
    [
        (FAILED, DONE),
        (FAILED, Rule((Stage.FAILED, Stage.COMPLETED))),
        (Rule((Stage.FAILED,), ("acme",)), FAILED),
    ],
)
def test_a_rule_that_still_gets_something_is_taken(rules: tuple[Rule, ...]) -> None:
    check(*rules)


def test_a_destination_to_which_one_may_not_send_is_refused() -> None:
    rule = Rule((Stage.FAILED,), ("acme", "forbidden"))
    with pytest.raises(FieldInvalid, match="forbidden"):
        check(rule)

    operator = a_caller("olga", Role.OPERATOR)
    check(rule, caller=operator, owner="olga", whose=Whose.ALL)
    check(rule, caller=operator, owner=None)


def test_everybodys_transfers_need_a_role() -> None:
    with pytest.raises(RoleMissing):
        check(FAILED, whose=Whose.ALL)


def test_a_mail_needs_an_address() -> None:
    with pytest.raises(FieldInvalid):
        check(FAILED, kind=Kind.EMAIL)
    with pytest.raises(FieldInvalid):
        check(FAILED, kind=Kind.EMAIL, owner=None)
    check(FAILED, kind=Kind.EMAIL, mail="ann@example.com")


def test_quiet_all_the_time_is_refused_unless_failures_pass() -> None:
    with pytest.raises(FieldInvalid):
        check(FAILED, quiet=ALL_DAY)
    passes = QuietHours("UTC", "08:00", "08:00", DAYS, failures_pass=True)
    check(FAILED, quiet=passes)
    with pytest.raises(FieldInvalid):
        check(DONE, quiet=passes)
    with pytest.raises(FieldInvalid):  # the deliveries would wait for ever
        check(FAILED, DONE, quiet=passes)
    check(DONE, quiet=QuietHours("UTC", "08:00", "08:00", DAYS[1:]))


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(FieldInvalid, match="Europe/Atlantis"):
        check(FAILED, quiet=QuietHours("Europe/Atlantis", "22:00", "06:00", DAYS))
