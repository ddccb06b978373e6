"""What people see at a terminal, and what programs get."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from cli.output import bytes_text
from contracts.transfer_api import TransfersPage
from contracts.transfer_events import S3Object
from tests.unit.cli import answers
from tests.unit.cli.api import Api
from tests.unit.cli.conftest import Run
from tests.unit.cli.terminal import at_a_terminal

LONG = S3Object(bucket="exports", key="reports/[red]2026/" + "long-name-" * 12 + ".csv")
PAGE = TransfersPage(transfers=(answers.summary(source=LONG),) * 300, cursor=None)


@contextmanager
def answering(page: TransfersPage) -> Iterator[dict[str, str]]:
    """The environment that leads a command to a server that always answers this."""
    content = page.model_dump_json().encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield {"FILEFERRY_URL": url, "FILEFERRY_TOKEN": "token"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_narrow_terminal_loses_nothing(home: Path) -> None:
    with answering(PAGE) as env:
        code, shown = at_a_terminal(["list", "--limit", "1"], env, width=60)
    assert code == 0
    lines = shown.splitlines()
    assert max(len(line.rstrip()) for line in lines if "\x1b" not in line) <= 60
    assert "OBJECT" in shown
    assert "[red]" in shown  # a name is no markup
    assert "…" not in shown


def test_without_colours_there_are_no_escapes(home: Path) -> None:
    with answering(PAGE) as env:
        _, coloured = at_a_terminal(["list", "--limit", "1"], env)
        _, plain = at_a_terminal(["list", "--limit", "1"], {**env, "NO_COLOR": "1"})
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
    with answering(PAGE) as env:
        code, shown = at_a_terminal(
            ["login", "--user", "jane"],
            {"FILEFERRY_URL": env["FILEFERRY_URL"]},
            typed=[("Password of jane: ", "correct horse battery\n")],
        )
    assert code != 0  # this server has no login
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
