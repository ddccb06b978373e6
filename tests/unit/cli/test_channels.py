"""fileferry channels: a secret is never an argument, and is shown once at most."""

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from contracts.notify_api import (
    ChannelsPage,
    ChannelTestView,
    ChannelView,
    NewChannelView,
    QuietHours,
    Rule,
)
from contracts.transfer_events import Failure
from tests.unit.cli.answers import NOW
from tests.unit.cli.api import Api, Raw
from tests.unit.cli.conftest import Run

ADDRESS = "https://hooks.example/s3cr3t"


def channel(model: type[ChannelView] = ChannelView, **changes: Any) -> ChannelView:  # noqa: ANN401
    values: dict[str, Any] = {
        "id": "erp",
        "name": "ERP",
        "kind": "webhook",
        "shared": False,
        "owner": "ann",
        "whose": "mine",
        "host": "hooks.example",
        "slack_channel": None,
        "mails": (),
        "card_shape": "message",
        "rules": (Rule(stages=("failed",), destinations=("acme",), digest_minutes=5),),
        "quiet_hours": None,
        "dead": None,
        "cautions": (),
        "waiting": 0,
        "last_sent_at": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return model(**values | changes)


def test_a_webhook_is_added_with_the_address_of_a_file(run: Run, tmp_path: Path) -> None:
    made = channel(NewChannelView, signing_secret=SecretStr("whsec_x"))
    api, file = Api(create_channel=made), tmp_path / "address"
    file.write_text(f"{ADDRESS}\n")
    rule = ("--stage", "failed", "--to", "acme", "--digest-minutes", "5")
    place = ("--kind", "webhook", "--address-file", str(file))
    result = run(api, "channels", "add", "erp", *rule, *place)
    assert result.exit_code == 0, result.output
    [call] = api.called("create_channel")
    assert call.body["address"] == ADDRESS
    told = {"stages": ["failed"], "destinations": ["acme"], "digest_minutes": 5}
    assert call.body["rules"] == [told]
    assert call.headers["idempotency-key"].startswith("cli-")
    assert "whsec_x" in result.stdout
    assert "failed to acme, collected over 5 min" in result.stdout


def test_without_a_terminal_no_address_is_asked_for(run: Run) -> None:
    api = Api()
    result = run(api, "channels", "add", "erp", "--kind", "teams", "--stage", "failed")
    assert (result.exit_code, api.calls) == (2, [])
    assert "--address-file" in result.stderr


def test_a_bot_has_a_token_and_mail_needs_no_secret(run: Run, tmp_path: Path) -> None:
    api, file = Api(create_channel=channel(NewChannelView)), tmp_path / "token"
    file.write_text("xoxb-1")
    bot = ("--kind", "slack", "--token-file", str(file), "--slack-channel", "C1")
    mail = ("--kind", "email", "--shared", "--mail", "a@b.example")
    for more in (bot, mail):
        result = run(api, "channels", "add", "erp", "--stage", "failed", *more, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["id"] == "erp"
    first, second = (each.body for each in api.called("create_channel"))
    assert (first["bot_token"], first["slack_channel"]) == ("xoxb-1", "C1")
    assert (second["mails"], second["shared"]) == (["a@b.example"], True)


def test_no_secret_that_is_given_is_left_out(run: Run, tmp_path: Path) -> None:
    """The service then says that both do not go together."""
    api = Api(create_channel=channel(NewChannelView))
    given: list[str] = []
    for name in ("token", "address"):
        (tmp_path / name).write_text(name)
        given += [f"--{name}-file", str(tmp_path / name)]
    run(api, "channels", "add", "erp", "--kind", "slack", "--stage", "failed", *given)
    (call,) = api.called("create_channel")
    assert (call.body["bot_token"], call.body["address"]) == ("token", "address")


def test_a_list_shows_what_is_dead_and_escapes_names(run: Run) -> None:
    dead = Failure(code="channel_dead", message="Mend it.", retryable=False)
    quiet = QuietHours(time_zone="UTC", begins="22:00", ends="06:00")
    named = channel(name="\x1b[31mred", dead=dead, quiet_hours=quiet, cautions=("Look.",))
    api = Api(list_channels=ChannelsPage(channels=(named,), cursor=None), read_channel=named)
    listed, shown = run(api, "channels", "list"), run(api, "channels", "show", "erp")
    assert "dead" in listed.stdout
    assert "\x1b" not in listed.stdout + shown.stdout
    for text in ("Mend it.", "22:00 to 06:00 UTC", "Look."):
        assert text in shown.stdout


def test_a_test_that_was_not_taken_is_a_failure(run: Run) -> None:
    failure = Failure(code="channel_dead", message="Make a new webhook.", retryable=False)
    refused = ChannelTestView(status="failed", http_status=404, said="no_team", failure=failure)
    result = run(Api(test_channel=refused), "channels", "test", "erp")
    assert (result.exit_code, "no_team" in result.stdout) == (5, True)
    assert "Make a new webhook." in result.stderr
    taken = ChannelTestView(status="sent", http_status=202, said=None, failure=None)
    assert run(Api(test_channel=taken), "channels", "test", "erp").exit_code == 0


def test_the_version_that_was_looked_at_is_removed(run: Run) -> None:
    api = Api(read_channel=Raw(channel(), {"ETag": '"7"'}), remove_channel=None)
    assert run(api, "channels", "remove", "erp", "--yes").exit_code == 0
    assert api.called("remove_channel")[0].headers["if-match"] == '"7"'
    assert run(api, "channels", "remove", "erp").exit_code == 2
    assert len(api.called("remove_channel")) == 1
