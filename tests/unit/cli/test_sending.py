"""fileferry send starts one transfer, or none."""

import json

import httpx
import pytest

from contracts.browse_api import FilesPage
from contracts.destination_views import DestinationView
from tests.unit.cli import answers
from tests.unit.cli.api import Answer, Api, refused
from tests.unit.cli.conftest import Run

SEND = ("send", "s3://exports/reports/today.csv")


def test_the_id_alone_is_on_stdout(run: Run) -> None:
    result = run(Api(start_transfer=answers.transfer()), *SEND, "acme")
    assert (result.exit_code, result.stdout) == (0, "t-1\n")
    assert "fileferry watch t-1" in result.stderr


def test_all_wishes_reach_the_api(run: Run) -> None:
    api = Api(start_transfer=answers.transfer())
    wishes = "--if-exists keep_both --verify readback --label month-end --version-id v1"
    assert run(api, *SEND, "acme:/in/2026/", *wishes.split(), "--json").exit_code == 0
    assert api.calls[0].body == {
        "source": {"bucket": "exports", "key": "reports/today.csv", "version_id": "v1"},
        "destination_id": "acme",
        "target_path": "in/2026/today.csv",
        "if_exists": "keep_both",
        "verify": "readback",
        "label": "month-end",
    }


@pytest.mark.parametrize("folder", ["reports", "reports/"])
def test_a_folder_is_sent_without_what_only_begins_like_it(run: Run, folder: str) -> None:
    api = Api(start_transfer=answers.transfer())
    assert run(api, "send", f"s3://exports/{folder}", "acme:/in", "-r").exit_code == 0
    assert api.calls[0].body["source"] == {"bucket": "exports", "prefix": "reports/"}


def test_the_key_of_a_manifest_stays_as_it_is(run: Run) -> None:
    api = Api(start_transfer=answers.transfer())
    assert run(api, "send", "s3://exports/today", "acme:/in", "--manifest").exit_code == 0
    assert api.calls[0].body["source"] == {"bucket": "exports", "manifest": "today"}


@pytest.mark.parametrize("lost", [httpx.ReadError("reset"), httpx.ReadTimeout("late"),
                                  refused(504, "too_slow")])  # fmt: skip
def test_a_lost_answer_is_asked_for_again_with_the_same_key(run: Run, lost: Answer) -> None:
    said: list[Answer] = [answers.transfer(), lost, lost]
    api = Api(start_transfer=lambda call: said.pop())
    assert run(api, *SEND, "acme").exit_code == 0
    keys = {call.headers["idempotency-key"] for call in api.calls}
    assert (len(api.calls), len(keys)) == (3, 1)


def test_two_sendings_have_two_keys_and_a_given_one_is_used(run: Run) -> None:
    api = Api(start_transfer=answers.transfer())
    run(api, *SEND, "acme")
    run(api, *SEND, "acme")
    run(api, *SEND, "acme", "--idempotency-key", "monday-1")
    keys = [call.headers["idempotency-key"] for call in api.calls]
    assert len(set(keys)) == 3
    assert keys[2] == "monday-1"


def test_who_gives_up_is_told_the_key(run: Run) -> None:
    api = Api(start_transfer=httpx.ReadError("reset"))
    result = run(api, *SEND, "acme")
    assert result.exit_code == 8
    assert f"--idempotency-key {api.calls[0].headers['idempotency-key']}" in result.stderr


def test_ctrl_c_during_the_start_says_that_it_may_have_been_started(run: Run) -> None:
    api = Api(start_transfer=KeyboardInterrupt())
    result = run(api, *SEND, "acme", "--watch", "--idempotency-key", "monday-1")
    assert result.exit_code == 130
    assert "It may have been started: see `fileferry list`." in result.stderr
    assert "--idempotency-key monday-1" in result.stderr


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(404, "object_not_found"), 4),
        (refused(403, "source_not_granted"), 3),
        (refused(409, "object_archived"), 5),
        (refused(409, "host_key_unconfirmed"), 5),
        (refused(409, "idempotency_conflict"), 1),
    ],
)
def test_a_refusal_has_the_code_of_a_failure_later(
    run: Run, answer: httpx.Response, code: int
) -> None:
    assert run(Api(start_transfer=lambda call: answer), *SEND, "acme").exit_code == code


def looking(**changes: Answer) -> Api:
    page = FilesPage(files=(answers.file("reports/today.csv"),), folders=(), cursor=None)
    found: dict[str, Answer] = {
        "read_me": answers.me(),
        "list_files": page,
        "read_destination": answers.destination(),
    }
    return Api(**found | changes)


def test_a_dry_run_starts_nothing(run: Run) -> None:
    api = looking()
    result = run(api, *SEND, "acme", "--dry-run", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["would_send"]["destination_id"] == "acme"
    assert [each["ok"] for each in document["checks"]] == [True, True, True]
    assert all(call.operation in api.answers for call in api.calls)  # start_transfer is not there


def other(key: str) -> FilesPage:
    return FilesPage(files=(answers.file(key),), folders=(), cursor=None)


def bare(**changes: object) -> DestinationView:
    return answers.destination(**changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"read_me": answers.me(roles=("auditor",))}, 3),
        ({"read_me": answers.me(grants=answers.user().grants.model_copy(
            update={"destinations": ()}))}, 3),
        ({"list_files": other("reports/today.csv.old")}, 4),
        ({"list_files": refused(403, "source_not_granted")}, 3),
        ({"read_destination": bare(host_keys=())}, 5),
        ({"read_destination": bare(has_password=False)}, 5),
        ({"read_destination": refused(404, "destination_not_found")}, 4),
        ({"read_destination": bare(profile=None)}, 0),
    ],
)  # fmt: skip
def test_a_dry_run_says_what_speaks_against_it(
    run: Run, changes: dict[str, Answer], code: int
) -> None:
    result = run(looking(**changes), *SEND, "acme", "--dry-run")
    assert result.exit_code == code, result.output
    assert ("FAILS" in result.stdout) is (code != 0)


def test_a_dry_run_that_cannot_look_says_so(run: Run) -> None:
    assert run(looking(read_me=httpx.ConnectError("no")), *SEND, "acme", "--dry-run").exit_code == 8


def test_names_with_odd_letters_arrive_as_they_are(run: Run) -> None:
    api = Api(start_transfer=answers.transfer())
    run(api, "send", "s3://exports/a%20b ?#/ä+.csv", "acme:x:y")
    assert api.calls[0].body["source"]["key"] == "a%20b ?#/ä+.csv"
    assert api.calls[0].body["target_path"] == "x:y"
