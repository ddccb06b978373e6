"""Each way in which a command ends has its exit code, and one sentence on stderr."""

import re
from pathlib import Path

import httpx
import pytest

from cli.commands.help_topics import EXIT_CODES
from cli.errors import (
    WORST_FIRST,
    CommandFailed,
    NoRight,
    NotFound,
    NotSignedIn,
    TimedOut,
    TransferCancelled,
    TransferFailed,
    Unreachable,
    UsageFailed,
    worst,
)
from tests.unit.cli import answers
from tests.unit.cli.api import Answer, Api, Raw, refused
from tests.unit.cli.conftest import Run

REPOSITORY = Path(__file__).parents[3]
REFUSALS = [
    (refused(400, "field_invalid"), 2),
    (refused(401, "unauthorized"), 3),
    (refused(403, "role_missing"), 3),
    (refused(404, "transfer_not_found"), 4),
    (refused(404, "no_route"), 1),
    (refused(409, "wrong_state"), 1),
    (refused(413, "body_too_large"), 2),
    (refused(429, "quota_exceeded", Retry_After="86400"), 1),
    (refused(500, "internal_error"), 1),
    (refused(502, "source_unavailable"), 5),
    (refused(503, "too_slow"), 8),
    (refused(504, "too_slow"), 8),
]
STRANGERS = [
    (httpx.Response(200, html="<h1>Log in to this hotel</h1>"), 1),
    (httpx.Response(200, text="[", headers={"Content-Type": "application/json"}), 1),
    (httpx.Response(200, json=["no", "object"]), 1),
    (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), 8),
    (httpx.Response(502, html="bad gateway"), 8),
    (httpx.Response(418, html="tea"), 1),
]
NETWORK = [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), httpx.ProxyError("no")]


@pytest.mark.parametrize(("answer", "code"), REFUSALS + STRANGERS)
def test_an_answer_of_the_api_has_its_exit_code(
    run: Run, answer: httpx.Response, code: int
) -> None:
    result = run(Api(read_transfer=lambda call: answer), "status", "t-1")
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("fileferry: ")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("error", NETWORK)
def test_who_is_not_reached_is_8(run: Run, error: Exception) -> None:
    assert run(Api(read_transfer=error), "status", "t-1").exit_code == 8


@pytest.mark.parametrize(
    "line", ["nonsense", "status", "list --state gone", "list --since soon", "list --prefix a",
             "send exports/a acme", "send s3://exports acme", "send s3://exports/a :b", "pause",
             "pause t-1 --state failed", "status ..", "history --csv --json"]
)  # fmt: skip
def test_a_wrong_command_line_is_2(run: Run, line: str) -> None:
    result = run(Api(), *line.split())
    assert result.exit_code == 2, result.output
    assert result.stdout == ""


@pytest.mark.parametrize(
    "args",
    [
        ("status", "\udce4"),
        ("send", "s3://exports/\udce4", "acme"),
        ("send", "s3://exports/a", "acme", "--idempotency-key", "a\nb"),
        ("send", "s3://exports/a", "acme", "--idempotency-key", "ä"),
    ],
)
def test_what_cannot_be_sent_is_2(run: Run, args: tuple[str, ...]) -> None:
    api = Api()
    result = run(api, *args)
    assert (result.exit_code, api.calls) == (2, []), result.output


def test_without_an_address_it_is_a_matter_of_usage(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FILEFERRY_URL")
    assert run(Api(), "whoami").exit_code == 2


def test_a_token_goes_to_no_unprotected_address(run: Run) -> None:
    result = run(Api(), "whoami", "--url", "http://ferry.example")
    assert result.exit_code == 2
    assert "https" in result.stderr


def test_who_is_not_logged_in_is_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILEFERRY_TOKEN")
    result = run(Api(), "whoami")
    assert (result.exit_code, "fileferry login" in result.stderr) == (3, True)


@pytest.mark.parametrize(("status", "code"), [("failed", 5), ("cancelled", 6), ("moving", 1)])
def test_without_a_receipt_the_outcome_decides(run: Run, status: str, code: int) -> None:
    failed = answers.failure() if status == "failed" else None
    view = answers.transfer(status=status, failure=failed)
    assert run(Api(read_transfer=view), "receipt", "t-1").exit_code == code


def test_a_request_id_is_shown_to_those_who_debug(run: Run) -> None:
    api = Api(read_transfer=lambda call: refused(404, "transfer_not_found"))
    assert "r-1" not in run(api, "status", "t-1").stderr
    assert "r-1" in run(api, "status", "t-1", "--debug").stderr


def test_an_error_that_nobody_foresaw_is_1_and_no_traceback(run: Run) -> None:
    result = run(Api(read_me=KeyError("secret")), "whoami")
    assert result.exit_code == 1
    assert "secret" not in result.output
    assert "KeyError" in result.stderr


def test_ctrl_c_is_quiet(run: Run) -> None:
    result = run(Api(read_me=KeyboardInterrupt()), "whoami")
    assert (result.exit_code, result.output.strip()) == (130, "")


def test_a_reader_that_leaves_is_quiet(run: Run) -> None:
    result = run(Api(read_me=BrokenPipeError()), "whoami")
    assert (result.exit_code, result.output) == (141, "")


def test_an_answer_that_is_far_too_long_is_given_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.http.MAX_ANSWER_BYTES", 100)
    assert run(Api(read_me=answers.me()), "whoami").exit_code == 1


def test_the_codes_that_are_documented_are_those_of_the_errors(run: Run) -> None:
    shown = run(Api(), "help", "exit-codes").stdout
    documented = {int(line.split()[0]) for line in EXIT_CODES.splitlines() if line[:1].isdigit()}
    kinds = (
        *(CommandFailed, UsageFailed, NotSignedIn, NoRight, NotFound, TransferFailed),
        *(TransferCancelled, TimedOut, Unreachable),
    )
    assert documented == {0, 130} | {kind.exit_code for kind in kinds}
    assert EXIT_CODES in shown


def test_the_worst_of_several_is_the_same_everywhere(run: Run) -> None:
    order = ", ".join(map(str, WORST_FIRST))
    assert order in EXIT_CODES
    assert order in (REPOSITORY / "docs/user-guide/command.md").read_text()
    assert worst([0, 7, 6, 4, 5, 2, 3, 8, 1]) == 1
    assert worst([0, 7, 4]) == 4
    assert worst([]) == 0
    assert set(WORST_FIRST) == set(range(9))


@pytest.mark.parametrize("command", ["watch", "wait"])
def test_help_names_the_codes_of_an_end_from_the_worst_on(run: Run, command: str) -> None:
    text = " ".join(run(Api(), command, "--help").stdout.split())
    listed = text.partition("Exit codes:")[2].partition("0 all completed")[0]
    codes = [int(each) for each in re.findall(r"\b(\d) (?:one|the)", listed)]
    assert codes == [each for each in WORST_FIRST if each in codes]
    assert codes[:3] == [5, 4, 6]


def test_a_field_that_is_wrong_is_told_once(run: Run) -> None:
    problem = {
        "code": "field_invalid",
        "detail": "id: 'ba d' - 1 to 64 of a-z",
        "errors": [
            {"field": "id", "message": "1 to 64 of a-z"},
            {"field": "port", "message": "a number"},
        ],
    }
    kind = {"Content-Type": "application/problem+json"}
    api = Api(read_transfer=lambda call: httpx.Response(400, json=problem, headers=kind))
    told = run(api, "status", "t-1").stderr
    assert told == "fileferry: id: 'ba d' - 1 to 64 of a-z port: a number\n"


def test_a_newer_api_may_say_more(run: Run) -> None:
    document = answers.transfer().model_dump(mode="json") | {"colour": "blue"}
    api = Api(read_transfer=lambda call: httpx.Response(200, json=document))
    assert run(api, "status", "t-1").exit_code == 0
    assert "blue" in run(api, "status", "t-1", "--json").stdout


def test_a_call_waits_as_long_as_the_api_asks(run: Run) -> None:
    said: list[Answer] = [Raw(answers.me()), refused(429, "too_many_requests", Retry_After="0.1")]
    assert run(Api(read_me=lambda call: said.pop()), "whoami").exit_code == 0
