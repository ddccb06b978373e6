"""Each alarm has a proof, which says honestly what it proves, and prod is not rung by mistake."""

from typing import Any

import pytest

from infra.observability.proofs import NO_CAUSE, NO_SOURCE, WHY_STATE, Proof, Stage, Way, proofs
from infra.observability.prove import chosen, main, of_stage, table
from infra.observability.ringing import lines
from infra.observability.rules import RULES

REAL = {"dead-letters", "dead-events", "dead-calls", "function-errors", "workflow-failures"}
ALARMS, COMPOSITES = of_stage()


def all_proofs() -> dict[str, Proof]:
    stage = Stage("dev", {})
    return {each.alarm: each for each in proofs(stage, ALARMS, COMPOSITES)}


def test_each_alarm_has_one_proof() -> None:
    names = [*(each.name for each in ALARMS), *(each.name for each in COMPOSITES)]
    assert sorted(all_proofs()) == sorted(f"fileferry-dev-{name}" for name in names)


def test_what_is_not_proven_is_said() -> None:
    made = all_proofs()
    for alarm in ALARMS:
        proof = made[f"fileferry-dev-{alarm.name}"]
        if proof.way is Way.STATE:
            assert NO_CAUSE in proof.note
        elif proof.way is Way.DATUM:
            assert proof.note == NO_SOURCE
        else:
            assert (proof.way, alarm.rule.name in REAL) == (Way.CAUSE, True)
    by_state = {a.rule.name for a in ALARMS if made[f"fileferry-dev-{a.name}"].way is Way.STATE}
    assert by_state - {"function-errors"} == set(WHY_STATE)
    assert set(WHY_STATE) <= {rule.name for rule in RULES}


def test_composites_of_states_set_them_again_and_others_wait() -> None:
    calls: list[str] = []

    class Recording:
        def set_alarm_state(self, **wish: str) -> None:
            calls.append(f"{wish['AlarmName']} {wish['StateValue']}")

        def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:
            return {"MetricAlarms": [{"StateValue": "ALARM"}] * len(AlarmNames)}

    stage = Stage("dev", {"cloudwatch": Recording()})
    made = {each.alarm: each for each in proofs(stage, ALARMS, COMPOSITES)}
    made["fileferry-dev-slo-availability-fast"].again()
    assert sorted(calls) == [
        "fileferry-dev-api-availability-1h ALARM",
        "fileferry-dev-api-availability-5m ALARM",
    ]
    made["fileferry-dev-transfer-queues-unwell"].again()
    assert len(calls) == 2
    assert made["fileferry-dev-api-availability-1h"].seen
    assert not made["fileferry-dev-api-availability-6h"].seen


def test_prod_wants_to_be_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["prove", "--stage", "prod"])
    with pytest.raises(SystemExit, match="FORCE=1"):
        main()


def test_alarms_of_others_are_named_and_are_no_failure() -> None:
    names = list(all_proofs())
    missing, ringing = names[0], names[1]
    others = [f"fileferry-dev-{each}" for each in ("auth-canary-7", "transfer-workflow-canary-7")]
    there = dict.fromkeys([*names[1:], *others], "OK") | {ringing: "ALARM"}
    todo, skipped, foreign = chosen(Stage("dev", {}), there, "")
    assert [each.alarm for each in todo] == names[2:]
    assert skipped.keys() == {missing, ringing}
    assert foreign == sorted(others)
    assert chosen(Stage("dev", {}), there, "canary") == ([], {}, sorted(others))


def test_the_table_says_by_what_and_what_was_left() -> None:
    done = [
        Proof("a", Way.CAUSE, "a message in it", rang_after=3.2, ended_after=61.0),
        Proof("b", Way.STATE, "why", rang_after=None),
    ]
    assert list(table(done, {"c": "it is not deployed"}, ["d"])) == [
        "alarm    rang   ended  by",
        "a         3 s    61 s  its real cause (a message in it)",
        "b       never   never  its state that was set (why)",
        "c           -       -  not proven: it is not deployed",
        "d           -       -  not one of infra/observability",
    ]


def test_what_rings_is_told_under_the_alarm_that_covers_it() -> None:
    def alarm(name: str, state: str, **more: str) -> dict[str, Any]:
        return {"AlarmName": name, "StateValue": state, "AlarmDescription": f"{name}!", **more}

    told = lines(
        [
            alarm("all", "ALARM", AlarmRule='ALARM("one") OR ALARM("two")'),
            alarm("one", "ALARM", StateReason="6 > 5"),
            alarm("two", "OK"),
            alarm("alone", "ALARM", StateReason="1 > 0"),
        ]
    )
    assert list(told) == [
        *("all", "  all!", "  one", "    one!", "    6 > 5"),
        *("alone", "  alone!", "  1 > 0"),
    ]
