"""What is kept ready of login and API: nothing by default, never more than is reserved."""

from dataclasses import replace
from functools import cache

import pytest

from infra.kept_ready import TooManyKeptReady, require_room
from infra.lint.judge import judge
from infra.lint.parameters import refused_values
from infra.release import release_of
from infra.stacks import STAGES, all_stacks, find_stack, read_environment
from tests.infra.deployments import expansions, real_deployments

SERVICES_WITH_AN_API = {"agent", "auth", "notify", "progress", "ticketing", "transfer"}


@cache
def kept_ready(**values: str) -> dict[tuple[str, str], int]:
    """On prod, with other values: environments by (stack, alias)."""
    deployments = [
        replace(each, values={**each.values, **values})
        for each in real_deployments()
        if each.stage == "prod"
    ]
    return {
        (each.deployment.stack, logical_id): alias["ProvisionedConcurrencyConfig"][
            "ProvisionedConcurrentExecutions"
        ]
        for each in expansions(*deployments)
        for logical_id, alias in each.of_kind("AWS::Lambda::Alias")
        if "ProvisionedConcurrencyConfig" in alias
    }


def test_nothing_is_kept_ready_unless_the_stage_says_so() -> None:
    assert kept_ready() == {}


def test_the_aliases_of_login_and_api_keep_what_the_stage_says() -> None:
    api = {(stack, "ApiFunctionAliaslive"): 3 for stack in SERVICES_WITH_AN_API}
    assert kept_ready(ApiProvisioned="3") == api
    authorizer = {("auth", "AuthorizerFunctionAliaslive"): 2}
    assert kept_ready(ApiProvisioned="3", AuthorizerProvisioned="2") == api | authorizer


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_keeps_no_more_ready_than_it_reserves(stage: str) -> None:
    for stack in all_stacks():
        require_room(read_environment(stage).of(stack))


@pytest.mark.parametrize(
    ("ready", "reserved", "fits"),
    [("50", "50", True), ("51", "50", False), ("51", "0", True), ("0", "0", True)],
)
def test_lambda_keeps_no_more_ready_than_are_reserved(
    ready: str, reserved: str, fits: bool
) -> None:
    values = {"AuthorizerProvisioned": ready, "AuthorizerConcurrency": reserved}
    if fits:
        require_room(values)
        return
    told = "AuthorizerProvisioned is 51, and AuthorizerConcurrency reserves 50"
    with pytest.raises(TooManyKeptReady, match=told):
        require_room(values)


def test_the_lint_says_what_does_not_fit_and_judges_what_does() -> None:
    [auth] = [e for e in real_deployments() if (e.stack, e.stage) == ("auth", "prod")]
    wrong = replace(auth, values={**auth.values, "ApiProvisioned": "60"})
    [finding] = [each for each in judge([wrong]) if each.rule == "concurrency"]
    assert "ApiProvisioned is 60, and ApiConcurrency reserves 50" in finding.message
    [expanded] = expansions(replace(wrong, values={**wrong.values, "ApiProvisioned": "some"}))
    assert [each.message for each in refused_values(expanded)] == [
        "'some' is no number: correct the value."
    ]


def test_keeping_more_ready_is_no_new_release() -> None:
    """A canary of the same code would shift the alias while its environments change."""
    stack = find_stack("auth")
    values = read_environment("prod").of(stack)
    more, slower = {**values, "ApiProvisioned": "5"}, {**values, "IdleSeconds": "60"}
    released = [release_of(stack, each, {}, "code") for each in (values, more, slower)]
    assert released[0] == released[1] != released[2]
