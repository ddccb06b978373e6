"""What the secret of ServiceNow may say."""

import json
from typing import Any

import pytest

from services.ticketing.adapters.servicenow_instance import Instance, instance_of

USER = {"user": "fileferry", "password": "a horse "}
CLIENT = {"client_id": "id", "client_secret": "horse"}
URL = "https://acme.service-now.com"


def read(**said: Any) -> Instance | None:  # noqa: ANN401
    return instance_of("v1", json.dumps(said))


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f" {URL}/ ",
        "acme.service-now.com",
        "https://ACME.service-now.com:443/now/nav/ui/home?x=1#y",
    ],
)
def test_of_the_url_only_the_host_counts(url: str) -> None:
    found = read(url=url, **USER)
    assert found is not None
    assert (found.url, found.host, found.token_url) == (URL, "acme.service-now.com", None)
    assert (found.user, found.secret) == ("fileferry", "a horse ")
    assert "horse" not in repr(found)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"])
def test_plain_http_is_for_this_computer(url: str) -> None:
    found = read(url=url, **USER)
    assert found is not None
    assert found.url == url


def test_a_client_asks_for_tokens() -> None:
    found = read(url=URL, **CLIENT)
    assert found is not None
    assert (found.user, found.token_url) == ("id", f"{URL}/oauth_token.do")
    other = read(url=URL, token_url="https://login.example/oauth2/token", **CLIENT, **USER)
    assert other is not None
    assert (other.user, other.token_url) == ("id", "https://login.example/oauth2/token")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"url": URL},
        {"url": "", **USER},
        {"url": "http://acme.service-now.com", **USER},
        {"url": "ftp://acme.service-now.com", **USER},
        {"url": "https://u:p@acme.service-now.com", **USER},
        {"url": "https://acme\n.service-now.com", **USER},
        {"url": "https://[acme", **USER},
        {"url": 7, **USER},
        {"url": URL, "user": "a:b", "password": "x"},
        {"url": URL, "user": "a", "password": ""},
        {"url": URL, "user": "a", "password": 7},
        {"url": URL, "user": "a", "password": "x" * 2_000},
        {"url": URL, "client_id": "id", "password": "x", "user": "y"},
        {"url": URL, "token_url": "http://login.example/", **CLIENT},
    ],
    ids=str,
)
def test_everything_else_names_no_instance(said: dict[str, Any]) -> None:
    assert read(**said) is None


@pytest.mark.parametrize("text", ["", "placeholder", "[]", "null", "[" * 100_000])
def test_what_is_no_object_names_no_instance(text: str) -> None:
    assert instance_of("v1", text) is None
