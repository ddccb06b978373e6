"""Stacks are deployed one after the other, and not past one that failed."""

from pathlib import Path

import pytest

from infra.pipeline.__main__ import deploy_in_order, told

NAMES = ["bus", "auth", "notify", "transfer"]


def command(tmp_path: Path, fails: str = "") -> list[str]:
    script = tmp_path / "deploy"
    text = f'#!/bin/sh\necho "$1" >> {tmp_path}/log\n[ "$1" != "{fails}" ] || exit 3\n'
    script.write_text(text)
    script.chmod(0o755)
    return [str(script)]


def test_all_are_deployed_in_their_order(tmp_path: Path) -> None:
    assert deploy_in_order(NAMES, command(tmp_path)) == 0
    assert (tmp_path / "log").read_text().split() == NAMES


def test_nothing_is_deployed_behind_one_that_failed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert deploy_in_order(NAMES, command(tmp_path, "notify")) == 3
    assert (tmp_path / "log").read_text().split() == ["bus", "auth", "notify"]
    shown = capfd.readouterr().err
    assert "notify failed" in shown
    assert "Deployed before it, and left as they are: bus, auth." in shown
    assert "Not deployed: transfer." in shown
    assert "the workflow Rollback, for auth." in shown


def test_without_a_service_there_is_nothing_to_take_back() -> None:
    assert "Rollback" not in told(NAMES, 1)
    assert "left as they are: none." in told(NAMES, 0)
    assert "Not deployed: none." in told(NAMES, 3)
