"""Every stack's queues, functions, tables, workflows and APIs have their alarms, on every stage."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.complete.names import TemplateWrong
from infra.lint.alarms import ALARMS, METRIC_ALARM, SCALING
from infra.lint.deployments import AWS_STAGES
from infra.lint.expansion import Expansion
from infra.lint.physical import name_of, text_of, texts_of
from infra.lint.watched import unwatched
from infra.observability.alarms import alarms_of
from infra.observability.composites import composites_of
from infra.observability.reading import Kind, things
from infra.observability.rule import Group
from infra.observability.rules import RULES
from infra.observability.watching import watching
from infra.stacks import all_stacks, find_stack
from infra.templates import Template, read_template
from tests.infra.deployments import (
    expansions,
    optional_expansions,
    real_deployments,
    real_expansions,
)
from tests.infra.resources import TEMPLATES

OTHERS = {name: each for name, each in TEMPLATES.items() if name != "observability"}
SHORT = read_template(find_stack("observability").template)
TOPIC = ":fileferry-{stage}-alarms"


def stage_with(templates: dict[str, Template], stage: str = "dev") -> list[Expansion]:
    """The stage, with these templates in the place of the real ones."""
    return expansions(
        *(
            replace(each, template=templates.get(each.stack, each.template))
            for each in real_deployments()
            if each.stage == stage
        )
    )


def forgotten(stage: list[Expansion]) -> list[str]:
    return [
        f"{finding.logical_id}: {finding.message}"
        for expansion in stage
        for finding in unwatched(expansion, stage)
    ]


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_nothing_that_can_fail_is_without_an_alarm(stage: str) -> None:
    expanded = stage_with({}, stage)
    assert len(list(expanded[-1].of_kind(METRIC_ALARM))) > 100
    assert not forgotten(expanded)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("TransferLaneWorkerErrors", "its Errors"),
        ("TransferLanesDlq", "ApproximateNumberOfMessagesVisible"),
        ("NotifyEventsAge", "ApproximateAgeOfOldestMessage"),
        ("TransferTableThrottles2", "of the index by_label"),
        ("TransferWorkflowFailures", "its ExecutionsTimedOut"),
        ("ApiSlow", "its Latency"),
        ("WebsocketErrors", "its ExecutionError"),
    ],
)
def test_an_alarm_that_is_missing_is_found(missing: str, told: str) -> None:
    template = copy.deepcopy(TEMPLATES["observability"])
    del template["Resources"][missing]
    for each in template["Resources"].values():  # so that no composite names it
        each.get("Properties", {}).pop("AlarmRule", None)
    found = forgotten(stage_with({"observability": template}))
    assert any(told in each for each in found)


NEW: dict[str, Any] = {
    "NewQueue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": {"Fn::Sub": "fileferry-${Stage}-auth-new"}},
    },
    "NewFunction": {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "FunctionName": {"Fn::Sub": "fileferry-${Stage}-auth-new"},
            "Handler": "services.auth.handlers.new.handler",
        },
    },
}


@pytest.mark.parametrize("name", NEW)
def test_what_is_new_is_watched_by_itself_and_found_if_it_is_not(name: str) -> None:
    auth = copy.deepcopy(TEMPLATES["auth"])
    auth["Resources"][name] = NEW[name]
    others = {**OTHERS, "auth": auth}
    assert any(each.startswith(name) for each in forgotten(stage_with({"auth": auth})))
    made = watching(SHORT, others)
    assert not forgotten(stage_with({"auth": auth, "observability": made}))


def test_a_queue_that_no_alarm_could_name_is_refused() -> None:
    auth = copy.deepcopy(TEMPLATES["auth"])
    auth["Resources"]["Odd"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "odd"}}
    with pytest.raises(TemplateWrong, match="Odd has the QueueName 'odd'"):
        watching(SHORT, {**OTHERS, "auth": auth})


def alarms() -> Iterator[tuple[Expansion, str, dict[str, Any]]]:
    """Every alarm of every stage, except those that set the number of workers."""
    for expansion in (*real_expansions(), *optional_expansions()):
        scaling = {logical_id for logical_id, _ in expansion.of_kind(SCALING)}
        for logical_id, alarm in expansion.of_kind(*ALARMS):
            if not scaling.intersection(texts_of(expansion, alarm.get("AlarmActions", []))):
                yield expansion, name_of(expansion, logical_id), alarm


def test_each_alarm_tells_the_topic_or_is_covered_by_one_that_does() -> None:
    by_stage: dict[str, dict[str, list[str]]] = {}
    for expansion, name, alarm in alarms():
        stage = expansion.deployment.stage
        actions = texts_of(expansion, alarm.get("AlarmActions", []))
        assert all(each.endswith(TOPIC.format(stage=stage)) for each in actions)
        assert actions == texts_of(expansion, alarm.get("OKActions", actions)), name
        by_stage.setdefault(stage, {})[name] = actions
    for stage, told in by_stage.items():
        rules = [
            text_of(expansion, alarm.get("AlarmRule", ""))
            for expansion, name, alarm in alarms()
            if expansion.deployment.stage == stage and alarm.get("AlarmActions")
        ]
        for name, actions in told.items():
            covered = any(f'ALARM("{name}")' in rule for rule in rules)
            assert bool(actions) != covered, name


def test_a_composite_is_quiet_while_its_cause_rings() -> None:
    there = {each.name: each for each in composites_of(alarms_of(things(OTHERS)))}
    assert {name: each.quiet_while for name, each in there.items() if each.quiet_while} == {
        **{
            f"{service}-queues-unwell": f"{service}-functions-unwell"
            for service in (each.name for each in all_stacks() if each.is_service)
        },
        "transfers-unwell": "transfer-functions-unwell",
        "slo-availability-slow": "slo-availability-fast",
        "slo-success-slow": "slo-success-fast",
    }
    assert there["slo-availability-fast"].joined == "AND"


def test_who_keeps_another_quiet_can_always_be_heard() -> None:
    """Else a small fault that lasts would take the voice of a large one, and of what hangs on
    it."""
    there = {each.name: each for each in composites_of(alarms_of(things(OTHERS)))}
    for each in there.values():
        if each.quiet_while:
            assert not there[each.quiet_while].quiet_while, each.name


def test_every_rule_makes_an_alarm_somewhere() -> None:
    """One that makes none watches nothing, whatever it says."""
    made = alarms_of(things({**OTHERS, "observability": SHORT}))
    assert {id(each.rule) for each in made} == {id(rule) for rule in RULES}


def test_an_alarm_under_a_condition_is_there_only_where_its_thing_is() -> None:
    [worker] = [each for each in things(OTHERS) if each.kind is Kind.LOG_FILTER]
    [alarm] = alarms_of([worker])
    assert alarm.resource["Condition"] == worker.condition == "HasWorker"
    assert alarm.rule.group is Group.ALONE
    made = watching(SHORT, OTHERS)
    assert "LongTurnSeconds" in made["Parameters"]
    assert made["Conditions"]["HasWorker"] == TEMPLATES["worker"]["Conditions"]["HasWorker"]


def test_nobody_misses_a_synthetic_transfer_where_it_is_switched_off() -> None:
    made = {each.name: each for each in alarms_of(things(OTHERS))}
    assert made["synthetic-missing"].condition == "HasPartner"
    assert not made["synthetic-failed"].condition
    assert "DestinationId" in watching(SHORT, OTHERS)["Parameters"]


def test_lanes_are_watched_by_those_that_wait() -> None:
    """The age of the oldest message grows while a worker has it, too."""
    kinds = {each.name: each.kind for each in things(OTHERS)}
    assert kinds["transfer-lanes"] is kinds["transfer-lanes-long"] is Kind.LONG_QUEUE
    [rule] = [each for each in RULES if each.kind is Kind.LONG_QUEUE]
    [watch] = rule.watch.values()
    assert (watch.metric, watch.stat) == ("ApproximateNumberOfMessagesVisible", "Minimum")
    assert rule.points == rule.out_of
    assert rule.out_of * rule.period == 30 * 60
