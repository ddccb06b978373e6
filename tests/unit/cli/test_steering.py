"""fileferry pause, resume, cancel, retry: several at once, and the worst exit code."""

import json

import httpx
import pytest

from contracts.transfer_views import TransfersPage
from tests.unit.cli import answers
from tests.unit.cli.api import Answer, Api, Call, refused
from tests.unit.cli.conftest import Run

REFUSALS: dict[str, httpx.Response | Exception] = {
    "done": refused(409, "wrong_state"),
    "unknown": refused(404, "transfer_not_found"),
    "other": refused(403, "role_missing"),
    "lost": httpx.ConnectError("refused"),
}


def steered(call: Call) -> Answer:
    found = REFUSALS.get(call.parts["id"])
    if isinstance(found, httpx.Response):
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)
    return found or answers.transfer(call.parts["id"])


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry"])
@pytest.mark.parametrize(
    ("ids", "code", "tried"),
    [
        ("a b a", 0, 2),
        ("a done b", 1, 3),
        ("unknown done", 1, 2),
        ("unknown other a", 3, 3),
        ("a lost b c", 8, 4),
    ],
)
def test_the_exit_code_is_the_worst(run: Run, action: str, ids: str, code: int, tried: int) -> None:
    api = Api(**{f"{action}_transfer": steered})
    result = run(api, action, *ids.split())
    assert result.exit_code == code, result.output
    assert len(api.calls) == tried  # `lost` is repeated, and what comes after it is not tried


def test_json_has_each_of_them(run: Run) -> None:
    result = run(Api(pause_transfer=steered), "pause", "a", "unknown", "--json")
    good, bad = json.loads(result.stdout)["transfers"]
    assert good["status"] == "moving"
    assert (bad["id"], bad["error"]["code"], bad["error"]["exit_code"]) == (
        "unknown", "transfer_not_found", 4,
    )  # fmt: skip


def test_what_was_not_tried_is_counted(run: Run) -> None:
    assert "Not tried any more: 1 transfer." in run(Api(pause_transfer=steered),
                                                    "pause", "lost", "b").stderr  # fmt: skip


def selecting() -> Api:
    page = TransfersPage(transfers=(answers.summary("a"), answers.summary("b")), cursor=None)
    return Api(list_transfers=page, retry_transfer=steered)


LINE = ("retry", "--state", "failed", "--reason", "partner_unreachable")


def test_a_selection_is_not_touched_without_a_yes(run: Run) -> None:
    api = selecting()
    result = run(api, *LINE)
    assert result.exit_code == 2
    assert "This would retry 2 transfers. Say --yes to do it." in result.stderr
    assert not api.called("retry_transfer")


def test_a_selection_is_steered_with_a_yes(run: Run) -> None:
    api = selecting()
    assert run(api, *LINE, "--yes").exit_code == 0
    assert [call.parts["id"] for call in api.called("retry_transfer")] == ["a", "b"]
    assert api.calls[0].query["reason"] == "partner_unreachable"


def test_an_empty_selection_is_done(run: Run) -> None:
    api = Api(list_transfers=TransfersPage(transfers=(), cursor=None))
    assert run(api, *LINE, "--yes").exit_code == 0
