"""Which servers are called, and where a name leads."""

import logging
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from runtime.guarded_http import AddressNotCalled, NotSent
from tests.integration.runtime.calling import SHORT_SECONDS, http, post, shows_no_secret
from tests.servers.certificates import tls_of
from tests.servers.raw_http import drips, raw_server, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
NAME = "desk.example"
PUBLIC = "93.184.215.14"


def leads_to(*addresses: str) -> "Names":
    return Names([addresses])


class Names:
    """A name server that may answer differently each time."""

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def test_a_name_is_resolved_once_and_called_at_the_address_that_was_judged() -> None:
    names = Names([["127.0.0.1"], ["127.0.0.2"]])
    with raw_server(lambda _: says(OK)) as server:
        url = f"http://{NAME}:{server.port}/"
        assert post(http(resolver=names), url).body == b"hi"
    assert names.asked == 1
    assert f"Host: {NAME}:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fd00:ec2::254", "127.0.0.1"])
def test_a_name_that_leads_into_our_network_is_not_called(address: str) -> None:
    calls = http(resolver=leads_to(address), allowed=())
    with pytest.raises(AddressNotCalled) as refused:
        post(calls, f"https://{NAME}/s3cret")
    shows_no_secret(refused.value)
    with pytest.raises(AddressNotCalled):
        calls.check(f"https://{NAME}/s3cret")


def test_plain_http_is_for_permitted_loopback_addresses_alone() -> None:
    with pytest.raises(AddressNotCalled, match="https"):
        post(http(resolver=leads_to(PUBLIC)), f"http://{NAME}/")
    with pytest.raises(AddressNotCalled, match="https"):
        http(allowed=["10.0.0.0/8"]).check("http://10.0.0.1/")
    with pytest.raises(AddressNotCalled, match="network"):
        http(allowed=()).check("http://127.0.0.1/")
    http().check("http://127.0.0.1/")


def test_an_address_that_is_good_is_only_looked_up_when_it_is_checked() -> None:
    with raw_server(lambda _: says(OK)) as server:
        http().check(server.url)
    assert server.connections == 0


def test_the_next_address_is_tried_where_the_first_refuses() -> None:
    with raw_server(lambda _: says(OK)) as server:
        url = f"http://{NAME}:{server.port}/"
        assert post(http(resolver=leads_to("127.9.9.9", "127.0.0.1")), url).status == 200


def test_an_ipv6_address_is_called() -> None:
    with raw_server(lambda _: says(OK), host="::1") as server:
        assert post(http(), f"http://[::1]:{server.port}/").status == 200
    assert f"Host: [::1]:{server.port}".encode() in server.requests[0]


def test_nothing_is_sent_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="refused") as failed:
        post(http(), f"http://127.0.0.1:{port}/s3cret")
    shows_no_secret(failed.value)


def test_an_unknown_name_may_be_known_later() -> None:
    with pytest.raises(NotSent, match="no address") as failed:
        post(http(resolver=leads_to()), f"https://{NAME}/s3cret")
    assert not isinstance(failed.value, AddressNotCalled)


def test_a_name_server_that_says_nothing_is_left_in_time() -> None:
    over, began = Event(), time.monotonic()

    def silent(host: str, port: int) -> Sequence[str]:
        over.wait(10)
        return []

    with pytest.raises(NotSent, match="in time"):
        post(http(SHORT_SECONDS, resolver=silent), f"https://{NAME}/")
    over.set()
    assert time.monotonic() - began < SHORT_SECONDS + 2


def test_proxies_and_logins_of_the_environment_do_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with raw_server(lambda _: says(OK)) as server:
        assert post(http(), server.url).status == 200
    assert b"authorization" not in server.requests[0].lower()


# --- TLS -----------------------------------------------------------------------------------------


def test_the_certificate_has_to_be_of_the_name_although_an_address_is_connected_to(
    tmp_path: Path,
) -> None:
    server_tls, client_tls = tls_of(tmp_path, NAME)
    with raw_server(lambda _: says(OK), tls=server_tls) as server:
        calls = http(resolver=leads_to("127.0.0.1"), tls=client_tls)
        assert post(calls, f"https://{NAME}:{server.port}/").status == 200
        for other in ("other.example", "127.0.0.1"):
            with pytest.raises(NotSent, match="certificate") as failed:
                post(calls, f"https://{other}:{server.port}/s3cret")
            shows_no_secret(failed.value)
    assert len(server.requests) == 1


def test_an_authority_that_nobody_knows_does_not_count(tmp_path: Path) -> None:
    server_tls, _ = tls_of(tmp_path, NAME)
    with (
        raw_server(lambda _: says(OK), tls=server_tls) as server,
        pytest.raises(NotSent, match="certificate"),
    ):
        post(http(resolver=leads_to("127.0.0.1")), f"https://{NAME}:{server.port}/")
    assert server.requests == []


def test_nothing_is_sent_to_a_server_that_knows_no_tls(tmp_path: Path) -> None:
    _, client_tls = tls_of(tmp_path, NAME)
    calls = http(resolver=leads_to("127.0.0.1"), tls=client_tls)
    with (
        raw_server(lambda _: says(b"HTTP/1.1 400 s3cret\r\n\r\n"), reads=False) as server,
        pytest.raises(NotSent) as failed,
    ):
        post(calls, f"https://{NAME}:{server.port}/s3cret")
    shows_no_secret(failed.value)


def test_a_handshake_without_end_is_left_in_time(tmp_path: Path) -> None:
    _, client_tls = tls_of(tmp_path, NAME)
    calls = http(SHORT_SECONDS, resolver=leads_to("127.0.0.1"), tls=client_tls)
    with (
        raw_server(
            lambda server: drips(b"\x16\x03\x03\x40\x00", server.over), reads=False
        ) as server,
        pytest.raises(NotSent, match="TLS"),
    ):
        post(calls, f"https://{NAME}:{server.port}/")


# --- what is written wrongly ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "ftp://desk.example/s3cret",
        "https://user:s3cret@desk.example/",
        "https://@desk.example/s3cret",
        "https://desk.example/s3cret#s3cret",
        "https://desk.example/s3 cret",
        "https://desk.example/s3\ncret",
        "https://desk.example/\x00s3cret",
        "https://desk.example\\@other.example/s3cret",
        "https://dèsk.example/s3cret",
        "https://desk.example:0/s3cret",
        "https://desk.example:99999/s3cret",
        "https://desk.example:s3cret/",
        "https://[fe80::1%25eth0]/s3cret",
        "https://[::s3cret]/",
        "https://desk..example/s3cret",
        "https://desk.example./s3cret",
        "https://%31%32/s3cret",
        "https:///s3cret",
        "https://desk.example/" + "s3cret" * 1_000,
    ],
)
def test_an_address_that_may_be_read_in_two_ways_is_not_called(url: str) -> None:
    names = leads_to(PUBLIC)
    with pytest.raises(AddressNotCalled) as refused:
        post(http(resolver=names), url)
    assert names.asked == 0
    shows_no_secret(refused.value)


def test_the_path_is_sent_as_it_is_written() -> None:
    with raw_server(lambda _: says(OK)) as server:
        http().send("GET", f"http://127.0.0.1:{server.port}/a;b/../%2e?c=%20;d&e", {})
        http().send("GET", f"http://127.0.0.1:{server.port}?x", {})
    assert server.requests[0].startswith(b"GET /a;b/../%2e?c=%20;d&e HTTP/1.1\r\n")
    assert server.requests[1].startswith(b"GET /?x HTTP/1.1\r\n")


@pytest.mark.parametrize("value", ["a\r\nX: s3cret", "s3cret\0", "s3cret€"])
def test_a_header_that_cannot_be_written_is_not_sent(
    value: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        raw_server(lambda _: says(OK)) as server,
        pytest.raises(NotSent) as failed,
    ):
        http().send("POST", server.url, {"Authorization": value}, b"")
    assert [each for each in server.requests if each] == []
    shows_no_secret(failed.value)
    assert "s3cret" not in caplog.text


def test_no_log_line_shows_an_address_or_a_header(caplog: pytest.LogCaptureFixture) -> None:
    answer = b"HTTP/1.1 302 Go\r\nLocation: /s3cret\r\nContent-Length: 0\r\n\r\n"
    with caplog.at_level(logging.DEBUG), raw_server(lambda _: says(answer)) as server:
        http().send("POST", server.url, {"Authorization": "s3cret"}, b"s3cret")
    assert "s3cret" not in caplog.text
