"""What checkov finds is a fault, or has a reason that is still needed."""

from pathlib import Path
from typing import Any

import pytest

from infra.checkov.__main__ import REASONS
from infra.checkov.judge import Found, Reason, ReasonsWrong, judge, read_found, read_reasons

FOUND = Found("CKV_AWS_1", "bus/Alarms", "prod", "Encrypt it")
REASON = Reason("CKV_AWS_1", ("bus/*",), "it holds no secret")


def report(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    failed = {
        "check_id": "CKV_AWS_1",
        "file_path": "/prod/bus.json",
        "resource": "AWS::SNS::Topic.Alarms",
        "check_name": "Encrypt it",
    }
    return {"results": {"failed_checks": [failed]} | more, "summary": {"passed": 3}}


def test_a_report_is_read() -> None:
    assert read_found(report()) == (3, [FOUND])


def test_a_report_of_nothing_is_no_good_news() -> None:
    with pytest.raises(ValueError, match="checked nothing"):
        read_found({"passed": 0, "failed": 0, "parsing_errors": 0})
    with pytest.raises(ValueError, match="could not read a"):
        read_found(report(parsing_errors=["a"]))


def test_a_finding_needs_a_reason() -> None:
    [fault] = judge([FOUND, Found("CKV_AWS_1", "bus/Alarms", "dev", "Encrypt it")], [])
    assert fault.startswith("bus/Alarms on dev, prod: [CKV_AWS_1] Encrypt it.")
    assert judge([FOUND], [REASON]) == []
    assert judge([FOUND], [Reason("CKV_AWS_2", ("bus/*",), "")]) != []
    assert judge([FOUND], [Reason("CKV_AWS_1", ("api/*",), "")]) != []


def test_a_reason_that_nothing_needs_is_found() -> None:
    [fault] = judge([FOUND], [REASON, Reason("CKV_AWS_1", ("api/*",), "")])
    assert "nothing needs api/* of CKV_AWS_1" in fault


@pytest.mark.parametrize(
    "written",
    ['[[A]]\non = ["x"]\nwhy = "so"', '[[A]]\non = []\nwhy = "a b c"', '[[A]]\non = ["x"]'],
)
def test_a_reason_is_a_sentence(tmp_path: Path, written: str) -> None:
    path = tmp_path / "reasons.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ReasonsWrong):
        read_reasons(path)


def test_the_reasons_can_be_read() -> None:
    assert len(read_reasons(REASONS)) > 5
