"""When a provider is down, slow, hostile or talks nonsense, nobody gets in and nothing hangs."""

import json
import time
from typing import Any

import pytest

from infra.local.emulator import free_port
from services.auth.adapters.httpx_documents import MAX_BYTES
from services.auth.domain.errors import ProviderError, SsoNotConfigured, SsoRefused
from tests.integration.auth.sso_fixtures import (
    CLIENT,
    OUR_SECRET,
    PATIENCE_SECONDS,
    Adapter,
    Install,
    adapter,
    begin,
    broken,
    finish,
    installed,
    patient,
    provider,
)
from tests.servers.oidc_broken import DISCOVERY, TOKEN, Broken, Reply
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["adapter", "broken", "fresh_telemetry", "installed", "patient", "provider"]

BAD_REPLIES = {  # with what is told about it
    "an error": (Reply(status=500), "answers 500"),
    "not there": (Reply(status=404), "answers 404"),
    "a redirect": (Reply(status=302, headers={"Location": "/elsewhere"}), "answers 302"),
    "no JSON": (Reply(b"<html>"), "without JSON"),
    "nothing": (Reply(b""), "without JSON"),
    "a list": (Reply(b"[]"), "no object"),
    "no UTF-8": (Reply(b"\xff\xfe\x00"), "without JSON"),
    "too deep": (Reply(b"[" * 100_000), "without JSON"),
    "too much": (Reply(b" " * MAX_BYTES + b"{}"), "more than"),
    "compressed": (Reply(headers={"Content-Encoding": "gzip"}), "encoding"),
    "hanging": (Reply(hangs=True), "ReadTimeout"),
    "dripping": (Reply(drips=True), "took more than"),
}


@pytest.mark.parametrize("reply", BAD_REPLIES)
@pytest.mark.parametrize("path", [DISCOVERY, TOKEN])
def test_a_bad_answer_is_the_providers_fault_and_soon_known(
    broken: Broken, adapter: Adapter, path: str, reply: str
) -> None:
    broken.replies[path], told = BAD_REPLIES[reply]
    began = time.monotonic()
    with pytest.raises(ProviderError, match=told):
        finish(adapter())
    assert time.monotonic() - began < 10 * PATIENCE_SECONDS
    assert "/elsewhere" not in [path for path, _, _ in broken.asked]


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://idp.example/token"},
        {"token_endpoint": "https://user@idp.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ["https://idp.example/jwks"]},
    ],
)
def test_a_discovery_document_of_somebody_else_or_with_other_places_is_not_believed(
    broken: Broken, adapter: Adapter, changes: dict[str, Any]
) -> None:
    broken.says(DISCOVERY, **broken.discovery(**changes))
    with pytest.raises(ProviderError):
        begin(adapter())


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://idp.example", "idp.example"])
def test_an_issuer_is_https_or_this_computer(adapter: Adapter, issuer: str) -> None:
    with pytest.raises(ProviderError, match="https"):
        begin(adapter(issuer))


def test_without_an_issuer_there_is_no_single_sign_on(adapter: Adapter) -> None:
    for act in (begin, finish):
        with pytest.raises(SsoNotConfigured):
            act(adapter(""))


def test_a_provider_that_is_down_is_named(adapter: Adapter) -> None:
    port = free_port()
    with pytest.raises(ProviderError, match=str(port)):
        begin(adapter(f"http://127.0.0.1:{port}"))


def test_its_document_is_read_once(broken: Broken, adapter: Adapter) -> None:
    ours = adapter()
    for _ in range(3):
        begin(ours)
    assert [path for path, _, _ in broken.asked] == [DISCOVERY]


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ({"error": "invalid_grant"}, SsoRefused, "know the code"),
        ({"error": "invalid_client"}, ProviderError, "OIDC_CLIENT_ID"),
        ({"error": "server_error"}, ProviderError, "400"),
    ],
)
def test_an_error_of_the_token_endpoint_is_told_from_another(
    broken: Broken, adapter: Adapter, answer: dict[str, str], error: type[Exception], told: str
) -> None:
    broken.replies[TOKEN] = Reply(json.dumps(answer).encode(), 400)
    with pytest.raises(error, match=told):
        finish(adapter())


def test_an_answer_without_an_id_token_is_the_providers_fault(
    broken: Broken, adapter: Adapter
) -> None:
    for document in ({}, {"id_token": None}, {"id_token": 7}):
        broken.says(TOKEN, **document)
        with pytest.raises(ProviderError, match="no ID token"):
            finish(adapter())


@pytest.mark.parametrize(
    ("ways", "secret", "header", "in_form"),
    [
        (None, OUR_SECRET, "Basic ZmVycnklMkYxOnMlMjBlJTNBY3JldA==", False),
        (["client_secret_post", "client_secret_basic"], "s", "Basic ZmVycnklMkYxOnM=", False),
        (["client_secret_post"], "s", None, True),
        (["none"], None, None, False),
    ],
)
def test_we_say_who_we_are_as_the_provider_wants_it(
    broken: Broken,
    adapter: Adapter,
    ways: list[str] | None,
    secret: str | None,
    header: str | None,
    in_form: bool,
) -> None:
    told = {"token_endpoint_auth_methods_supported": ways} if ways else {}
    broken.says(DISCOVERY, **broken.discovery(**told))
    with pytest.raises(ProviderError):
        finish(adapter(secret=secret))
    [(headers, form)] = [(headers, body) for path, headers, body in broken.asked if path == TOKEN]
    assert headers.get("Authorization") == header
    assert ("client_secret=s" in form) == in_form
    assert ("client_id=ferry%2F1" in form) == (header is None)
    assert "code_verifier=verifier" in form


def test_the_caller_gets_a_502_that_tells_no_secret(installed: Install) -> None:
    here = installed(OIDC_ISSUER=f"http://127.0.0.1:{free_port()}")
    answer = here.api("GET", "/api/login/sso")
    assert (answer.status, answer.body["code"]) == (502, "identity_provider_failed")
    assert str(CLIENT.secret) not in str(answer)
