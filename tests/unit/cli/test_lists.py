"""fileferry list, history, ls, buckets: every page, with a clear end."""

import json
from typing import Any

import pytest

from contracts.browse_api import BucketsPage, BucketView, FilesPage
from contracts.transfer_views import TransfersPage
from tests.unit.cli import answers
from tests.unit.cli.api import Api, Call, Raw
from tests.unit.cli.conftest import Run


def pages(count: int, size: int = 3) -> Any:  # noqa: ANN401
    """A list of that many transfers, in pages; the second one is empty, as the API may answer."""

    def page(call: Call) -> TransfersPage:
        begin = int(call.query.get("cursor", "0").rstrip("e"))
        if begin == size and call.query["cursor"] == str(size):
            return TransfersPage(transfers=(), cursor=f"{size}e")
        end = min(begin + size, count)
        shown = tuple(answers.summary(f"t-{number}") for number in range(begin, end))
        return TransfersPage(transfers=shown, cursor=str(end) if end < count else None)

    return page


@pytest.mark.parametrize(("args", "shown", "complete"), [
    ((), 50, False), (("--all",), 60, True), (("--limit", "7"), 7, False),
    (("--limit", "60"), 60, True)])  # fmt: skip
def test_a_list_shows_so_many_and_says_whether_that_was_all(
    run: Run, args: tuple[str, ...], shown: int, complete: bool
) -> None:
    api = Api(list_transfers=pages(60))
    document = json.loads(run(api, "list", "--json", *args).stdout)
    assert [each["id"] for each in document["transfers"]] == [f"t-{n}" for n in range(shown)]
    assert document["complete"] is complete
    result = run(api, "list", *args)
    assert len(result.stdout.splitlines()) == shown
    assert ("There are more" in result.stderr) is not complete


def test_conditions_reach_the_api(run: Run) -> None:
    api = Api(list_transfers=pages(0))
    line = "list --state failed --reason no_space --destination acme --owner * --label x --oldest"
    result = run(api, *line.split(), "--since", "2026-11-02T12:00:00+01:00", "--bucket", "exports",
                 "--prefix", "a b&c")  # fmt: skip
    assert result.exit_code == 0, result.output
    sent = dict(api.calls[0].query)
    sent.pop("limit")
    assert sent == {
        "status": "failed", "reason": "no_space", "destination": "acme", "owner": "*",
        "label": "x", "order": "oldest", "from": "2026-11-02T11:00:00Z", "bucket": "exports",
        "prefix": "a b&c",
    }  # fmt: skip


@pytest.mark.parametrize("since", ["2h", "3d", "2026-11-02", "2026-11-02T12:00:00Z"])
def test_since_takes_the_forms_that_people_write(run: Run, since: str) -> None:
    api = Api(list_transfers=pages(0))  # the contract refuses what is no RFC 3339
    assert run(api, "list", "--since", since).exit_code == 0
    assert "from" in api.calls[0].query


def test_history_has_ended_transfers_unless_asked_otherwise(run: Run) -> None:
    api = Api(list_transfers=pages(0))
    run(api, "history")
    run(api, "history", "--state", "failed")
    assert [api.calls[0].query.get("state"), api.calls[1].query.get("state")] == ["ended", None]


def csv_page(call: Call) -> Raw:
    begin = int(call.query.get("cursor", "0"))
    rows = "".join(f't-{n},"a ""b"",\nc"\r\n' for n in range(begin, begin + 2))
    link = f'<?format=csv&cursor={begin + 2}>; rel="next"'
    return Raw(f"id,key\r\n{rows}", {"Link": link} if begin < 4 else {})


def test_csv_pages_are_one_file(run: Run) -> None:
    result = run(Api(list_history=csv_page), "history", "--csv")
    rows = "".join(f't-{n},"a ""b"",\nc"\r\n' for n in range(6))
    assert result.stdout_bytes.decode() == f"id,key\r\n{rows}"


def files(call: Call) -> FilesPage:
    first = "cursor" not in call.query
    shown = (answers.file("reports/a.csv", 1_000),) if first else (answers.file("reports/b.csv"),)
    return FilesPage(files=shown, folders=("reports/old/",) if first else (),
                     cursor="2" if first else None)  # fmt: skip


def test_ls_shows_all_pages_and_their_end(run: Run) -> None:
    api = Api(list_files=files)
    result = run(api, "ls", "s3://exports/reports/")
    assert [line.split()[-1] for line in result.stdout.splitlines()] == [
        "s3://exports/reports/old/", "s3://exports/reports/a.csv", "s3://exports/reports/b.csv",
    ]  # fmt: skip
    assert "End of the list: 2 files and 1 folder," in result.stderr
    limited = run(api, "ls", "s3://exports/reports/", "--limit", "2", "--json")
    assert json.loads(limited.stdout)["complete"] is False


def test_ls_at_an_exact_limit_knows_the_end(run: Run) -> None:
    result = run(Api(list_files=files), "ls", "s3://exports/reports/", "--limit", "3", "--json")
    assert json.loads(result.stdout)["complete"] is True


def test_buckets_are_shown_as_ls_takes_them(run: Run) -> None:
    page = BucketsPage(buckets=(BucketView(name="exports", created_at=answers.NOW),), cursor=None)
    result = run(Api(list_buckets=page), "buckets")
    assert result.stdout.startswith("s3://exports/\t")


def test_a_list_that_leads_to_itself_ends(run: Run) -> None:
    page = TransfersPage(transfers=(), cursor="again")
    assert run(Api(list_transfers=page), "list").exit_code == 1
