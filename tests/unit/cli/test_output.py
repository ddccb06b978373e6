"""What people see at a terminal, and what programs get."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.output import bytes_text
from contracts.transfer_events import S3Object
from contracts.transfer_views import TransfersPage
from tests.unit.cli import answers
from tests.unit.cli.api import TOKEN, Api
from tests.unit.cli.conftest import Run
from tests.unit.cli.served import serving
from tests.unit.cli.terminal import at_a_terminal

LONG = S3Object(bucket="exports", key="reports/[red]2026/" + "long-name-" * 12 + ".csv")
PAGE = TransfersPage(transfers=(answers.summary(source=LONG),) * 300, cursor=None)


@contextmanager
def answering(page: TransfersPage) -> Iterator[dict[str, str]]:
    """The environment that leads a command to an API with this list."""
    with serving(Api(list_transfers=page)) as url:
        yield {"FILEFERRY_URL": url, "FILEFERRY_TOKEN": TOKEN}


def test_a_narrow_terminal_loses_nothing(home: Path) -> None:
    with answering(PAGE) as env:
        code, shown = at_a_terminal(["list", "--limit", "2"], env, width=60)
    assert code == 0
    assert shown.count(f"OBJECT     s3://exports/{LONG.key}") == 2  # a name is no markup
    assert "\r\n\r\nID         t-1" in shown


def test_a_wide_terminal_gets_a_table_that_cuts_nothing(home: Path) -> None:
    with answering(PAGE) as env:
        code, shown = at_a_terminal(["list", "--limit", "2"], env, width=140)
    assert code == 0
    assert all(len(line.rstrip()) <= 140 for line in shown.splitlines() if "\x1b" not in line)
    assert len([line for line in shown.splitlines() if line.startswith("t-1  moving")]) == 2
    assert "[red]" in shown
    assert "…" not in shown


def test_without_colours_there_are_no_escapes(home: Path) -> None:
    with answering(PAGE) as env:
        _, coloured = at_a_terminal(["list", "--limit", "1"], env, width=140)
        _, plain = at_a_terminal(["list", "--limit", "1"], {**env, "NO_COLOR": "1"}, width=140)
    assert "\x1b[" in coloured
    assert "\x1b[3" not in plain


def test_a_pipe_that_closes_early_is_quiet(home: Path) -> None:
    with answering(PAGE) as env:
        command = subprocess.Popen(
            [sys.executable, "-m", "cli", "list", "--all"],
            env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert command.stdout is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr is not None
        errors = command.stderr.read()
        command.stderr.close()
        assert (command.wait(30), errors) == (141, b"")


def test_a_password_is_asked_for_and_not_shown(home: Path) -> None:
    api = Api(login=answers.tokens())
    with serving(api) as url:
        code, shown = at_a_terminal(
            ["login", "--user", "jane"],
            {"FILEFERRY_URL": url},
            typed=[("Password of jane: ", "correct horse battery\n")],
        )
    assert code == 0
    assert api.calls[0].body["password"] == "correct horse battery"
    assert "correct horse" not in shown


def test_a_pipe_gets_tabs_and_no_header(run: Run) -> None:
    result = run(Api(list_transfers=PAGE), "list", "--limit", "1")
    cells = result.stdout.rstrip("\n").split("\t")
    assert cells[:3] == ["t-1", "moving", f"s3://exports/{LONG.key}"]


def test_json_is_one_document_and_ascii(run: Run) -> None:
    odd = answers.transfer(source=S3Object(bucket="exports", key="ä\u202e\x1b.csv"))
    result = run(Api(read_transfer=odd), "status", "t-1", "--json")
    assert json.loads(result.stdout) == odd.model_dump(mode="json")
    assert result.stdout.isascii()


def test_quiet_leaves_out_notes_and_keeps_results(run: Run) -> None:
    result = run(Api(list_transfers=PAGE), "list", "-q", "--limit", "2")
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == ""


def test_common_options_stand_before_or_after_the_command(run: Run) -> None:
    api = Api(read_transfer=answers.transfer())
    assert run(api, "--json", "status", "t-1").stdout == run(api, "status", "t-1", "--json").stdout


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_073_741_824, "1.1 GB"),
     (5_000_000_000_000, "5.00 TB"), (9e15, "9000.00 TB")],
)  # fmt: skip
def test_sizes_are_decimal(number: float, text: str) -> None:
    assert bytes_text(number) == text
