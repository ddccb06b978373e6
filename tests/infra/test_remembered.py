"""cfn-lint is asked about a template once, and again about everything that is not the same."""

import importlib.metadata
from dataclasses import replace
from pathlib import Path
from typing import Any

import cfnlint.runner
import pytest

from infra.lint import remembered, schema
from infra.lint.expansion import Expansion
from infra.lint.schema import schema_errors
from tests.infra.deployments import expansion

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 3}}
WRONG = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 3_000}}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The regions that cfn-lint was asked about, with nothing remembered yet."""
    regions: list[str] = []
    ask = cfnlint.runner.run_template_by_data

    def heard(template: Any, config: Any, rules: Any) -> Any:  # noqa: ANN401 - of cfn-lint
        regions.extend(config.regions)
        return ask(template, config, rules)

    monkeypatch.setattr(remembered, "FOLDER", tmp_path / "cfn-lint")
    monkeypatch.setattr(schema, "run_template_by_data", heard)
    return regions


def elsewhere(found: Expansion, region: str) -> Expansion:
    return replace(found, deployment=replace(found.deployment, region=region))


def test_what_was_right_is_not_asked_again(asked: list[str]) -> None:
    for _ in range(2):
        assert not list(schema_errors(expansion({"Queue": QUEUE})))
    assert asked == ["eu-central-1"]


def test_what_was_wrong_is_told_each_time(asked: list[str]) -> None:
    assert not list(schema_errors(expansion({"Queue": QUEUE})))
    for _ in range(2):
        [finding] = schema_errors(expansion({"Queue": WRONG}))
        assert "3000" in finding.message
    assert len(asked) == 3


def test_another_region_is_another_question(asked: list[str]) -> None:
    right = expansion({"Queue": QUEUE})
    assert not list(schema_errors(right))
    assert not list(schema_errors(elsewhere(right, "us-east-1")))
    assert asked == ["eu-central-1", "us-east-1"]


@pytest.mark.parametrize("changed", ["version", "rules"])
def test_another_cfn_lint_or_other_rules_are_asked_anew(
    changed: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(schema_errors(expansion({"Queue": QUEUE})))
    if changed == "version":
        monkeypatch.setattr(importlib.metadata, "version", lambda _: "99.0")
    else:
        monkeypatch.setattr(schema, "SILENT", schema.SILENT[:-1])
    assert not list(schema_errors(expansion({"Queue": QUEUE})))
    assert len(asked) == 2
