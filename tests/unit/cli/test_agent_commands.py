"""fileferry agent: what was proposed is shown, confirmed by its digest, or rejected."""

import json
from collections.abc import Callable

import httpx
import pytest

from contracts.agent_api import ConversationsPage, ProposalsPage, StepView
from contracts.transfer_events import Failure
from tests.unit.cli.api import Answer, Api, Raw, refused
from tests.unit.cli.conftest import Run
from tests.unit.cli.served import serving
from tests.unit.cli.talks import DIGEST, confirmed, conversation, proposal
from tests.unit.cli.terminal import at_a_terminal

GONE = Failure(code="source_changed", message="The object has changed.", retryable=False)
OTHER = "0" * 64


def test_proposals_are_listed_with_their_state(run: Run) -> None:
    page = ProposalsPage(proposals=(proposal(sentence="Send a\x1bb"),), cursor=None)
    api = Api(list_proposals=page)
    result = run(api, "agent", "proposals", "--state", "open")
    assert result.exit_code == 0
    assert result.stdout.split("\t")[:3] == ["p-1", "open", "Send a<U+001B>b"]
    assert api.calls[0].query["state"] == "open"


def test_conversations_are_listed(run: Run) -> None:
    page = ConversationsPage(conversations=(conversation(title="a\nb"),), cursor=None)
    result = run(Api(list_conversations=page), "agent", "conversations")
    assert result.stdout.startswith("talk\tidle\t2\t")
    assert result.stdout.endswith("a<U+000A>b\n")
    result = run(Api(list_conversations=page), "agent", "conversations", "--json")
    assert json.loads(result.stdout)["conversations"][0]["id"] == "talk"


def test_a_proposal_is_shown_with_what_became_of_it(run: Run) -> None:
    api = Api(read_proposal=confirmed())
    result = run(api, "agent", "show", "p-1")
    assert result.exit_code == 0
    for each in (DIGEST, "confirmed", "-> t-1", "by jane"):
        assert each in result.stdout
    document = json.loads(run(api, "agent", "show", "p-1", "--json").stdout)
    assert document == confirmed().model_dump(mode="json")


def test_a_digest_confirms_without_a_question(run: Run) -> None:
    api = Api(confirm_proposal=confirmed())
    result = run(api, "agent", "confirm", "p-1", "--digest", DIGEST)
    assert (result.exit_code, result.stdout) == (0, "t-1\n")
    assert "fileferry watch t-1" in result.stderr
    assert [each.body for each in api.calls] == [{"digest": DIGEST}]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_without_a_terminal_and_a_digest_nothing_is_confirmed(
    run: Run, more: tuple[str, ...]
) -> None:
    api = Api(confirm_proposal=confirmed(), read_proposal=proposal())
    result = run(api, "agent", "confirm", "p-1", *more, stdin="y\n")
    assert result.exit_code == 2
    assert "--digest" in result.stderr
    assert not api.called("confirm_proposal")


PARTLY = confirmed(
    kind="batch",
    steps=(
        StepView(sentence="Send a", size_bytes=1, result="t-1"),
        StepView(sentence="Send b", size_bytes=1, failure=GONE),
    ),
)
FAILED = proposal(state="failed", failure=GONE)


@pytest.mark.parametrize(("view", "done"), [(PARTLY, "t-1\n"), (FAILED, "")])
@pytest.mark.parametrize("as_json", [False, True])
def test_what_was_not_done_is_said_and_has_an_exit_code(
    run: Run, view: Answer, done: str, as_json: bool
) -> None:
    args = ["agent", "confirm", "p-1", "--digest", DIGEST, *(["--json"] if as_json else [])]
    result = run(Api(confirm_proposal=view), *args)
    assert result.exit_code == 5
    assert "The object has changed." in result.stderr
    if as_json:
        assert json.loads(result.stdout)["state"] in ("confirmed", "failed")
    else:
        assert result.stdout == done


REFUSALS = [
    (refused(409, "digest_differs"), 1),
    (refused(409, "proposal_over"), 1),
    (refused(409, "being_confirmed"), 1),
    (refused(502, "confirm_unclear"), 1),
    (refused(502, "confirm_not_done"), 1),
    (refused(503, "confirm_unfinished"), 1),
    (refused(404, "proposal_not_found"), 4),
    (refused(403, "role_missing"), 3),
]


@pytest.mark.parametrize(("answer", "code"), REFUSALS)
def test_a_refusal_has_its_exit_code(run: Run, answer: httpx.Response, code: int) -> None:
    result = run(
        Api(confirm_proposal=lambda call: answer), "agent", "confirm", "p-1", "--digest", DIGEST
    )
    assert (result.exit_code, result.stdout) == (code, "")


def test_an_answer_that_was_lost_says_that_it_may_be_confirmed_again(run: Run) -> None:
    api = Api(confirm_proposal=httpx.ReadTimeout("late"))
    result = run(api, "agent", "confirm", "p-1", "--digest", DIGEST)
    assert result.exit_code == 8
    assert "nothing is done twice" in result.stderr
    assert len(api.calls) == 1


@pytest.mark.parametrize("given", [None, OTHER])
def test_a_rejection_has_the_digest_that_was_read_or_given(run: Run, given: str | None) -> None:
    api = Api(read_proposal=proposal(), reject_proposal=proposal(state="rejected"))
    result = run(api, "agent", "reject", "p-1", *(("--digest", given) if given else ()))
    assert result.exit_code == 0
    assert api.called("reject_proposal")[0].body == {"digest": given or DIGEST}
    assert "p-1 was rejected." in result.stderr


def test_an_answer_can_be_stopped_from_elsewhere(run: Run) -> None:
    api = Api(stop_answer=Raw(conversation(state="answering"), status=202))
    result = run(api, "agent", "stop", "talk")
    assert (result.exit_code, result.stdout) == (0, "")


# --- at a terminal -------------------------------------------------------------------------------

At = Callable[[Api, str], tuple[int, str]]


@pytest.fixture
def at(tmp_path: object) -> At:
    def confirm(api: Api, said: str) -> tuple[int, str]:
        with serving(api) as url:
            env = {"FILEFERRY_URL": url, "FILEFERRY_TOKEN": api.token}
            env |= {"XDG_CONFIG_HOME": str(tmp_path)}
            typed = [("Do this?", said)]
            return at_a_terminal(["agent", "confirm", "p-1"], env, width=200, typed=typed)

    return confirm


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_the_card_is_shown_before_it_is_asked_about(at: At, said: str, code: int) -> None:
    api = Api(read_proposal=proposal(), confirm_proposal=confirmed())
    found, shown = at(api, said)
    assert found == code
    assert shown.index("Send s3://exports/today.csv to acme") < shown.index("Do this?")
    sent = [each.body for each in api.called("confirm_proposal")]
    assert sent == ([{"digest": DIGEST}] if code == 0 else [])


@pytest.mark.parametrize("state", ["rejected", "superseded", "expired", "confirmed", "failed"])
def test_what_is_over_is_not_asked_about(at: At, state: str) -> None:
    api = Api(read_proposal=proposal(state=state), confirm_proposal=confirmed())
    code, shown = at(api, "y\n")
    assert code == 1
    assert "Do this?" not in shown
    assert not api.called("confirm_proposal")
