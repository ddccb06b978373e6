"""What is generated from the contracts is committed, and fresh."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.generate import REASONS, ROOT, generated, stale, write


def test_every_generated_file_is_fresh() -> None:
    assert stale(ROOT) == [], "run: python -m contracts.generate"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def test_writing_makes_everything_fresh(copy: Path) -> None:
    assert stale(copy) == []
    assert {path for path in generated() if not (copy / path).exists()} == set()


def test_an_edited_a_missing_and_a_left_over_file_are_named(copy: Path) -> None:
    edited, missing = Path("docs/events.md"), Path("contracts/schemas/TransferPaused.v1.json")
    left_over = Path("contracts/schemas/TransferForgotten.v1.json")
    (copy / edited).write_text("else")
    (copy / missing).unlink()
    (copy / left_over).write_text("{}")
    assert stale(copy) == sorted([edited, missing, left_over])
    write(copy)
    assert stale(copy) == []


def test_the_check_exits_with_1_and_names_the_stale_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts")
    (tmp_path / "docs").mkdir()
    shutil.copy(REASONS, tmp_path / "docs")
    command = [sys.executable, "-m", "contracts.generate"]
    subprocess.run(command, cwd=tmp_path, check=True)
    (tmp_path / "docs" / "events.md").write_text("else")
    check = subprocess.run(
        [*command, "--check"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert check.returncode == 1
    assert "stale: docs/events.md" in check.stderr
    assert check.stderr.count("stale:") == 1
