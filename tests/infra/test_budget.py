"""A stage's budget: one for each region it is deployed to with an amount, told to the topic."""

from dataclasses import replace
from typing import Any

import pytest

from infra.lint.physical import name_of, text_of
from infra.stacks import stacks_of
from tests.infra.deployments import expansions, real_deployments


def budget(usd: str, stage: str = "prod", region: str = "eu-central-1") -> tuple[str, Any] | None:
    """(name, properties) as AWS would see it."""
    kept = ("bus", "budget")
    deployments = [
        replace(each, region=region, values={**each.values, "MonthlyBudget": usd})
        for each in real_deployments()
        if each.stage == stage and each.stack in kept
    ]
    _, expanded = expansions(*deployments)
    found = list(expanded.of_kind("AWS::Budgets::Budget"))
    return (name_of(expanded, found[0][0]), found[0][1]) if found else None


def test_a_budget_counts_what_has_the_tag_of_its_stage() -> None:
    found = budget("300")
    assert found is not None
    said = found[1]["Budget"]
    assert said["CostFilters"] == {"TagKeyValue": ["user:fileferry:stage$prod"]}
    assert said["BudgetLimit"] == {"Amount": 300, "Unit": "USD"}
    assert budget("0") is None


@pytest.mark.parametrize(
    ("stage", "region"), [("staging", "eu-central-1"), ("prod", "ap-southeast-2")]
)
def test_stages_and_regions_of_one_account_have_budgets_of_their_own(
    stage: str, region: str
) -> None:
    one, other = budget("300"), budget("300", stage, region)
    assert one is not None
    assert other is not None
    assert one[0] != other[0]


def test_it_tells_the_topic_of_alarms_which_lets_it() -> None:
    deployments = [e for e in real_deployments() if e.stage == "prod"]
    stacks = {each.deployment.stack: each for each in expansions(*deployments)}
    [(_, found)] = stacks["budget"].of_kind("AWS::Budgets::Budget")
    told = found["NotificationsWithSubscribers"]
    assert [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
        for each in told
    ] == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    [policy] = stacks["bus"].of_kind("AWS::SNS::TopicPolicy")
    topics = {text_of(stacks["bus"], each) for each in policy[1]["Topics"]}
    for each in told:
        [subscriber] = each["Subscribers"]
        assert subscriber["SubscriptionType"] == "SNS"
        assert text_of(stacks["budget"], subscriber["Address"]) in topics
    lets = {
        statement["Principal"]["Service"]: statement["Condition"]
        for statement in policy[1]["PolicyDocument"]["Statement"]
    }
    assert "aws:SourceAccount" in str(lets["budgets.amazonaws.com"])


def test_a_laptop_has_no_bill() -> None:
    assert "budget" not in [stack.name for stack in stacks_of("local")]
