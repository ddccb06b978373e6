"""The look at the logs sees what it should see."""

import json

import httpx
import pytest

from tests.servers.waiting import wait_for
from tests.stack.log_scan import all_logs, secrets_in_vault
from tests.stack.running import Running
from tests.stack.secrets_used import SecretsUsed

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLWEtdG9rZW4"


@pytest.mark.parametrize(
    ("heard", "line"),
    [
        ({"password": "correct-horse-9"}, "login of ann with correct-horse-9"),
        ({"password": 'quo"te\\slash'}, json.dumps({"given": 'quo"te\\slash'})),
        ({"access_token": TOKEN}, f"GET /api/me {TOKEN}"),
        ({"access_token": TOKEN}, f"cut off: {TOKEN.rpartition('.')[2]}"),
        ({"refresh_token": "YW5u.session1.theverysecret"}, "theverysecret"),
        ({"a": [{"private_key": "-----BEGIN X-----\nMIIEpAIBAAKC\n"}]}, "MIIEpAIBAAKC\\n"),
    ],
)
def test_a_secret_in_a_line_is_found(heard: object, line: str) -> None:
    used = SecretsUsed()
    used.hear(heard)
    assert used.found_in(line)
    assert not used.found_in("a line of an ordinary kind: session1, password, -----BEGIN X-----")


def test_what_goes_over_the_line_is_collected_in_both_directions() -> None:
    used = SecretsUsed()
    used.hear_request(
        httpx.Request(
            "POST", "http://x", headers={"Authorization": "Bearer to.k.en-of-ann"}, json={}
        )
    )
    cookie = {
        "Set-Cookie": "fileferry-sso-1=crumbs-crumbs; HttpOnly",
        "Location": "/?code=abcdefgh",
    }
    used.hear_response(httpx.Response(302, headers=cookie))
    assert used.found_in("to.k.en-of-ann") == ["authorization"]
    assert used.found_in("crumbs-crumbs") == ["set-cookie"]
    assert used.found_in("abcdefgh") == ["code of a single sign-on"]


def test_the_logs_of_functions_and_of_the_emulator_are_read(running: Running) -> None:
    """What a function logs can come to light with its next call only."""
    path, asked = "/api/transfer/none-such", []

    def written() -> str:
        answer = running.door.call("GET", path, running.people.admin_token)
        assert answer.status_code == 404, answer.text
        asked.append(answer.json()["request_id"])
        logs = all_logs(running.stack)
        return logs if asked[0] in logs else ""

    logs = wait_for(written, "the first request in the logs")
    assert "request refused" in logs
    assert "--- emulator.log" in logs


def test_the_keys_and_credentials_of_the_vault_are_among_the_secrets(running: Running) -> None:
    used = SecretsUsed()
    secrets_in_vault(running.stack, used)
    signing = running.stack.client("secretsmanager").get_secret_value(
        SecretId="fileferry/local/auth/signing-key"
    )
    key = json.loads(signing["SecretString"])["key"]
    assert used.found_in(f"signed with {key}") == ["value of fileferry/local/auth/signing-key"]
    assert used.found_in(running.partner.password)
