"""Channels are made, changed, tested and removed through the REST API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.ses.models import ses_backends

from kernel.caller import Caller
from tests.fakes.callers import ADMIN, ANN, BOB, OPERATOR
from tests.integration.in_moto import PSEUDO
from tests.integration.moto_clients import moto_client
from tests.integration.notify.channels_api import (
    CHANNELS,
    RULES,
    TABLE,
    TEAM,
    ChannelsApi,
    channels_api,
)
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry"]


@pytest.fixture
def api(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChannelsApi]:
    with channels_api(monkeypatch) as opened:
        yield opened


def test_a_webhook_is_made_and_takes_a_test_that_it_believes(api: ChannelsApi) -> None:
    made = api.create()
    assert (made["owner"], made["host"], made["waiting"]) == ("ann", "127.0.0.1", 0)
    assert made["signing_secret"].startswith("whsec_")
    api.receiver._use(made["signing_secret"])
    tested = api("POST", f"{TEAM}/test")
    assert (tested.status, tested.body["status"], tested.body["http_status"]) == (200, "sent", 200)
    [message] = api.receiver.board.newer()
    assert (message["taken"], message["path"]) == (True, "/hook/s3cr3t-path")
    shown = api("GET", TEAM).body
    assert "signing_secret" not in shown
    assert shown["last_sent_at"] is not None


def test_a_test_says_what_came_back_and_kills_a_channel_that_is_refused(api: ChannelsApi) -> None:
    made = api.create()
    tested = api("POST", f"{TEAM}/test").body  # the receiver knows another signing secret
    assert (tested["status"], tested["http_status"]) == ("failed", 401)
    assert "no signature fits" in tested["said"]
    assert tested["failure"]["code"] == "channel_dead"
    assert api("GET", TEAM).body["dead"]["code"] == "channel_dead"
    api.receiver._use(made["signing_secret"])
    assert api("POST", f"{TEAM}/test").body["status"] == "sent"
    assert api("GET", TEAM).body["dead"] is None


def test_six_tests_within_a_minute_are_one_too_many(api: ChannelsApi) -> None:
    api.receiver._use(api.create()["signing_secret"])
    answers = [api("POST", f"{TEAM}/test") for _ in range(6)]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[5].headers["Retry-After"]) <= 60
    assert len(api.receiver.board) == 5


def test_a_repeated_request_gets_its_signing_secret_again(api: ChannelsApi) -> None:
    body = api.channel()
    first = api("POST", CHANNELS, body, Idempotency_Key="k-1")
    again = api("POST", CHANNELS, body, Idempotency_Key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert (first.body, first.headers["ETag"]) == (again.body, again.headers["ETag"])
    other = api("POST", CHANNELS, api.channel("other"), Idempotency_Key="k-1")
    assert (other.status, other.body["code"]) == (409, "idempotency_conflict")
    assert len(api.secrets()) == 1


def test_a_change_needs_the_version_that_was_read(api: ChannelsApi) -> None:
    api.create()
    tag = api("GET", TEAM).headers["ETag"]
    changed = api("PATCH", TEAM, {"name": "Other"}, If_Match=tag)
    assert (changed.status, changed.body["name"]) == (200, "Other")
    late = api("PATCH", TEAM, {"name": "Late"}, If_Match=tag)
    assert (late.status, late.body["code"]) == (412, "version_mismatch")
    assert api("DELETE", TEAM, If_Match=tag).status == 412
    assert api("DELETE", TEAM, If_Match=changed.headers["ETag"]).status == 204
    assert (api("GET", TEAM).status, api.secrets()) == (404, {})


def test_an_answer_with_what_waits_is_never_an_old_one(api: ChannelsApi) -> None:
    api.create()
    first = api("GET", TEAM)
    again = api("GET", TEAM, If_None_Match=first.headers["ETag"])
    assert (again.status, again.headers["Cache-Control"]) == (200, "no-store")


def test_quiet_hours_come_and_go(api: ChannelsApi) -> None:
    quiet = {"time_zone": "Europe/Berlin", "begins": "22:00", "ends": "06:00"}
    made = api.create(quiet_hours=quiet)
    assert made["quiet_hours"] == {
        **quiet,
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "failures_pass": False,
    }
    both = {"quiet_hours": quiet, "no_quiet_hours": True}
    assert api("PATCH", TEAM, both).body["code"] == "field_invalid"
    assert api("PATCH", TEAM, {"no_quiet_hours": True}).body["quiet_hours"] is None
    nowhere = {"quiet_hours": {**quiet, "time_zone": "Europe/Nowhere"}}
    refused = api("PATCH", TEAM, nowhere)
    assert (refused.status, refused.body["errors"][0]["field"]) == (400, "quiet_hours.time_zone")


def test_ones_own_mail_goes_to_the_address_that_auth_told(api: ChannelsApi) -> None:
    mail = {"id": "mine", "name": "Mine", "kind": "email", "rules": RULES}
    unknown = api("POST", CHANNELS, mail)
    assert (unknown.status, unknown.body["code"]) == (400, "field_invalid")
    assert "Ask an admin" in unknown.body["detail"]
    api.know("ann", "ann@example.com")
    assert api("POST", CHANNELS, mail).status == 201
    moto_client("sesv2").create_email_identity(EmailIdentity="fileferry@example.com")
    tested = api("POST", f"{CHANNELS}/mine/test").body
    assert tested["status"] == "sent", tested
    [sent] = ses_backends[PSEUDO["AWS::AccountId"]][PSEUDO["AWS::Region"]].sent_messages
    assert set(sent.destinations) == {"ann@example.com"}


def test_everybody_sees_their_own_and_the_shared_ones(api: ChannelsApi) -> None:
    api.create("anns")
    shared = api("POST", CHANNELS, api.channel("all", shared=True), OPERATOR)
    assert (shared.body["owner"], shared.body["whose"]) == (None, "all")

    def listed(caller: Caller) -> list[str]:
        return [each["id"] for each in api("GET", CHANNELS, caller=caller).body["channels"]]

    assert (listed(ANN), listed(BOB), listed(ADMIN)) == (["all", "anns"], ["all"], ["all"])
    assert api("GET", f"{CHANNELS}/anns", caller=BOB).status == 404
    assert api("GET", f"{CHANNELS}/anns", caller=ADMIN).body["owner"] == "ann"
    assert api("PATCH", f"{CHANNELS}/anns", {"name": "x"}, ADMIN).body["code"] == "not_yours"
    assert api("DELETE", f"{CHANNELS}/anns", caller=ADMIN).status == 204


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"id": "Team"}, "id"),
    ({"id": "a/../b"}, "id"),
    ({"name": "a\nb"}, "name"),
    ({"kind": "sms"}, "kind"),
    ({"address": ""}, "address"),
    ({"address": "https://x.example/" + "s3cr3t" * 400}, "address"),
    ({"address": "https://10.0.0.1/s3cr3t"}, "address"),
    ({"address": "https://[::ffff:10.0.0.1]/s3cr3t"}, "address"),
    ({"address": "https://169.254.169.254/s3cr3t"}, "address"),
    ({"address": "http://example.com/s3cr3t"}, "address"),
    ({"address": "https://ann:s3cr3t@example.com/"}, "address"),
    ({"address": "https://s3cr3t.invalid\r\nHost: x/"}, "address"),
    ({"addres": "https://x.example/s3cr3t"}, "addres"),
    ({"address": ["https://x.example/s3cr3t"]}, "address"),
    ({"rules": []}, "rules"),
    ({"rules": RULES * 11}, "rules"),
    ({"rules": RULES * 2}, "rules.1"),
    ({"rules": [{"stages": ["failed"], "destinations": ["*"] * 51}]}, "rules.0.destinations"),
    ({"rules": [{"stages": ["failed"], "digest_minutes": 0}]}, "rules.0.digest_minutes"),
    ({"slack_channel": "<!channel>"}, "slack_channel"),
    ({"mails": ["a@b.example\r\nBcc: x@y.example"]}, "mails.0"),
    ({"bot_token": "s3cr3t"}, "bot_token"),
]


def test_what_cannot_be_used_is_refused_by_its_field(api: ChannelsApi) -> None:
    for changes, field in HOSTILE:
        answer = api("POST", CHANNELS, api.channel(**changes))
        assert answer.status == 400, (changes, answer)
        assert answer.body["errors"][0]["field"] == field, changes
        assert "s3cr3t" not in json.dumps(answer.body), changes
    rows = [row for row in api.aws.rows() if row["pk"]["S"].startswith("CHANNEL")]
    assert (rows, api.secrets()) == ([], {})


def test_no_secret_is_written_anywhere_but_in_the_vault(
    api: ChannelsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    made = api("POST", CHANNELS, api.channel(), Idempotency_Key="k-1")
    signing = made.body.pop("signing_secret")
    answers = [
        made,
        api("GET", TEAM),
        api("GET", CHANNELS),
        api("POST", f"{TEAM}/test"),
        api("POST", CHANNELS, api.channel(), OPERATOR),
        api("PATCH", TEAM, {"address": api.url + "/hook/s3cr3t-new"}),
        api("PATCH", TEAM, {"address": "https://10.0.0.1/s3cr3t-private"}),
        api("POST", CHANNELS, api.channel("bot", kind="slack", address=None, bot_token="s3cr3t")),
    ]
    assert [each.status for each in answers] == [201, 200, 200, 200, 409, 200, 400, 400]
    [held] = api.secrets().values()
    assert held == {"address": api.url + "/hook/s3cr3t-new", "signing_secret": signing}
    rows = api.aws.rows()
    assert any(row["pk"]["S"].startswith("IDEM#") for row in rows)
    answered = json.dumps([[each.body, dict(each.headers)] for each in answers])
    printed = "".join(capsys.readouterr())
    for secret in ("s3cr3t", signing):
        assert secret not in json.dumps(rows, default=str)
        assert secret not in answered
        assert secret not in printed
    assert printed


def test_the_table_is_the_one_that_the_tests_look_into(api: ChannelsApi) -> None:
    assert list(api.aws.tables.values()) == [TABLE]
