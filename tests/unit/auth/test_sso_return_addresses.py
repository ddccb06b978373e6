"""A single sign-on may end only at allowed addresses, or strangers could get its code."""

from dataclasses import replace

import pytest

from services.auth.domain.errors import FieldInvalid
from services.auth.use_cases.begin_sso import check_return
from tests.fakes.auth_world import POLICY

ORIGINS = ("https://console.example", "http://localhost:5173/", "https://Other.example:8443")
PAGES = replace(POLICY, return_origins=ORIGINS)
PROGRAMS = replace(PAGES, sso_loopback=True)
LOOPBACK = ["http://127.0.0.1:49152/", "http://localhost:1/cli?x=y"]


@pytest.mark.parametrize(
    "address",
    [
        "https://console.example",
        "https://console.example/",
        "https://console.example/login?next=%2Fhistory&tab=1",
        "https://console.example?a=b",
        "https://console.example/user@host",
        "https://other.example:8443/x",
        "http://localhost:5173/callback",
    ],
)
def test_pages_of_allowed_origins_are_good(address: str) -> None:
    check_return(address, PAGES)
    check_return(address, PROGRAMS)


@pytest.mark.parametrize("address", LOOPBACK)
def test_programs_on_the_users_computer_are_good_only_where_that_is_set(address: str) -> None:
    check_return(address, PROGRAMS)
    with pytest.raises(FieldInvalid):
        check_return(address, PAGES)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://console.example/",
        "https://console.example:444/",
        "https://console.example.evil.example/",
        "https://console.example@evil.example/",
        "https://console.example:x@evil.example/",
        "https://evil.example\\@console.example/",
        "https://console.example\\.evil.example/",
        "https:\\\\evil.example",
        "https:/\\evil.example",
        "https:evil.example",
        "//console.example/",
        "/console",
        "https://console.example/#code",
        "https://console.example#@evil.example",
        "https://console.example\t.evil.example",
        "https://console.example/\r\nSet-Cookie: a=b",
        "https://console.example/ x",
        "https://console.example/\n",
        "https://console.examp\u2113e/",
        "https://console\u3002example/",
        "https://console.example%2f@evil.example/",
        "https://[::1]:80/",
        "javascript:alert(1)//https://console.example",
        "data:text/html,x",
        "http://127.0.0.1/",
        "http://127.0.0.1:80@evil.example/",
        "http://127.0.0.1:80.evil.example/",
        "http://127.0.0.2:80/",
        "http://localhost.evil.example:80/",
        "https://127.0.0.1:80/",
        "",
    ],
)
def test_every_other_address_is_refused(address: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        check_return(address, PROGRAMS)
    assert refused.value.field == "return_to"


def test_without_allowed_origins_only_the_users_computer_is_left() -> None:
    none = replace(PROGRAMS, return_origins=())
    check_return("http://127.0.0.1:8000/", none)
    with pytest.raises(FieldInvalid):
        check_return("https://console.example/", none)
