"""On every stage one partner gets only a part of the lane workers that there are."""

from typing import Any

import pytest

from infra.lint.deployments import AWS_STAGES
from infra.lint.expansion import Expansion
from infra.stacks import find_stack, read_environment
from services.transfer.settings import DESTINATION_SHARE, TransferSettings
from tests.infra.deployments import real_expansions

LANES = "LanesQueueToLaneWorker"
CONCURRENCY = "LANE_CONCURRENCY"


def transfer_on(stage: str) -> Expansion:
    [found] = [
        each
        for each in real_expansions()
        if (each.deployment.stack, each.deployment.stage) == ("transfer", stage)
    ]
    return found


def policy_of(variables: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """As a function with these variables would have it."""
    for name, field in TransferSettings.model_fields.items():
        if field.is_required():
            monkeypatch.setenv(name.upper(), "any")
    monkeypatch.setenv(CONCURRENCY, str(variables[CONCURRENCY]))
    return TransferSettings.load().policy


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_the_share_of_one_partner_follows_from_the_workers_that_the_queue_calls(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expansion = transfer_on(stage)
    mappings = dict(expansion.of_kind("AWS::Lambda::EventSourceMapping"))
    workers = int(mappings[LANES]["ScalingConfig"]["MaximumConcurrency"])
    functions = dict(expansion.of_kind("AWS::Lambda::Function"))
    assert functions
    for function in functions.values():
        share = policy_of(function["Environment"]["Variables"], monkeypatch)
        assert share.lanes_per_destination == workers // DESTINATION_SHARE
        assert 1 <= share.lanes_per_destination < workers


def test_with_the_fewest_workers_that_are_allowed_a_partner_still_gets_one() -> None:
    parameter = find_stack("transfer").declared_parameters()["LaneConcurrency"]
    assert int(parameter["MinValue"]) // DESTINATION_SHARE >= 1
    local = read_environment("local").of(find_stack("transfer"))
    assert int(local.get("LaneConcurrency", parameter["Default"])) // DESTINATION_SHARE >= 1
