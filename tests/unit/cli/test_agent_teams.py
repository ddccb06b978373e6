"""fileferry agent teams: Microsoft Teams is connected by a code, looked at, and disconnected."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.agent_teams import TeamsCodeView, TeamsLinksView, TeamsLinkView
from tests.unit.cli.api import Api, Raw, refused
from tests.unit.cli.conftest import Run
from tests.unit.cli.talks import NOW

CODE = "ABCDE-FGHJK-MNPQR-STVWX"
OFF = "This FileFerry has no bot in Microsoft Teams. Everything else works without it."
COMMANDS = ("connect", "status", "disconnect")


def links(**changes: Any) -> TeamsLinksView:  # noqa: ANN401
    told: dict[str, Any] = {
        "state": "connected",
        "teams_name": "Ada",
        "connected_at": NOW,
        "expires_at": NOW,
    }
    return TeamsLinksView(links=(TeamsLinkView(**told | changes),))


def test_the_code_alone_is_the_result_and_what_to_do_stands_beside_it(run: Run) -> None:
    view = TeamsCodeView(code=SecretStr(CODE), expires_at=NOW)
    result = run(Api(make_teams_code=view), "agent", "teams", "connect")
    assert (result.exit_code, result.stdout) == (0, f"{CODE}\n")
    for each in ("FileFerry bot", "alone", "until 2026-11-27", "show it to nobody", "teams status"):
        assert each in result.stderr
    assert CODE not in result.stderr
    result = run(Api(make_teams_code=view), "agent", "teams", "connect", "--json")
    assert json.loads(result.stdout) == {"code": CODE, "expires_at": "2026-11-27T09:30:00Z"}
    assert run(Api(make_teams_code=view), "agent", "teams", "connect", "-q").stderr == ""


def test_a_link_is_shown_with_its_name_made_harmless(run: Run) -> None:
    api = Api(list_teams_links=links(teams_name="A\x1bda\n"))
    result = run(api, "agent", "teams", "status")
    assert result.exit_code == 0
    assert result.stdout.split("\t")[:2] == ["connected", "A<U+001B>da<U+000A>"]
    document = json.loads(run(api, "agent", "teams", "status", "--json").stdout)
    assert document["links"][0]["teams_name"] == "A\x1bda\n"


def test_a_link_that_has_ended_says_so_also_without_a_name(run: Run) -> None:
    api = Api(list_teams_links=links(state="ended", teams_name=None))
    assert run(api, "agent", "teams", "status").stdout.startswith("ended\t\t2026-11-27 ")


def test_who_is_not_connected_is_told_how_to(run: Run) -> None:
    result = run(Api(list_teams_links=TeamsLinksView(links=())), "agent", "teams", "status")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "fileferry agent teams connect" in result.stderr


def test_disconnecting_says_what_is_true_whether_or_not_there_was_a_link(run: Run) -> None:
    api = Api(remove_teams_links=Raw(status=204))
    result = run(api, "agent", "teams", "disconnect")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nobody in Teams talks to the agent as you any more." in result.stderr
    assert api.called("remove_teams_links")
    result = run(api, "agent", "teams", "disconnect", "--json")
    assert json.loads(result.stdout) == {"links": []}


@pytest.mark.parametrize("command", COMMANDS)
def test_where_there_is_no_teams_the_command_says_so(run: Run, command: str) -> None:
    off = refused(404, "teams_off", OFF)
    api = Api(make_teams_code=off, list_teams_links=off, remove_teams_links=off)
    result = run(api, "agent", "teams", command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert OFF in result.stderr


def test_a_session_of_teams_itself_connects_nobody(run: Run) -> None:
    refusal = refused(403, "handed_over", "This session was itself handed over to teams.")
    result = run(Api(make_teams_code=refusal), "agent", "teams", "connect")
    assert result.exit_code != 0
    assert "itself handed over" in result.stderr


def test_an_answer_that_is_none_is_no_code(run: Run) -> None:
    api = Api(make_teams_code=Raw(content='{"code": null}', status=201))
    result = run(api, "agent", "teams", "connect")
    assert (result.exit_code, result.stdout) == (1, "")
