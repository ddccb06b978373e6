"""What the local console answers, over real connections."""

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from infra.local.console import begin_console, tell_console
from infra.local.console_server import ConsoleServer, listening
from infra.local.console_site import ConsoleSite, takes_gzip
from infra.local.stack_programs import StackPrograms

API, SOCKET = "http://127.0.0.1:4566/restapis/a1/v1/_user_request_", "ws://127.0.0.1:4566/_aws/x/v1"
PAGE = '<meta name="fileferry-api" content=""><script src="/static/app.js"></script>'
SCRIPT = b"export const long = 1;\n" * 100
WAIT_SECONDS = 10


@pytest.fixture
def web(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    (web / "static" / "folder").mkdir(parents=True)
    (web / "index.html").write_text(PAGE)
    (web / "static" / "app.js").write_bytes(SCRIPT)
    (web / "static" / ".hidden.js").write_bytes(SCRIPT)
    (tmp_path / "secret.txt").write_text("secret")
    (web / "static" / "link.txt").symlink_to(tmp_path / "secret.txt")
    return web


@pytest.fixture
def addresses(tmp_path: Path) -> Path:
    file = tmp_path / "addresses.json"
    file.write_text(json.dumps({"api_url": API, "websocket_url": SOCKET}))
    return file


@pytest.fixture
def server(web: Path, addresses: Path) -> Iterator[ConsoleServer]:
    with listening(ConsoleSite(web, addresses), 0) as server:
        loop = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        loop.start()
        yield server
        server.shutdown()
        loop.join()


@pytest.fixture
def connection(server: ConsoleServer) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(server.host, timeout=WAIT_SECONDS)) as connection:
        yield connection


Answer = tuple[int, http.client.HTTPMessage, bytes]


def ask(
    connection: http.client.HTTPConnection, path: str, method: str = "GET", **headers: str
) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def test_every_page_is_the_page_with_the_apis_address(
    connection: http.client.HTTPConnection,
) -> None:
    for path in ("/", "/index.html", "/transfers/01JD?tab=lanes", "/partners/acme.example"):
        status, headers, body = ask(connection, path)
        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert f'content="{API}"'.encode() in body
        policy = headers["Content-Security-Policy"]
        assert "connect-src 'self' http://127.0.0.1:4566 ws://127.0.0.1:4566;" in policy


@pytest.mark.parametrize(
    "path",
    [
        "/static/none.js",
        "/static/folder",
        "/static/.hidden.js",
        "/static/link.txt",
        "/static/../../secret.txt",
        "/static/%2e%2e/%2e%2e/secret.txt",
        "/static/..%2f..%2fsecret.txt",
        "/static//etc/passwd",
        "/static/app.js/",
        "/static//app.js",
        "/static/%00.js",
        "/static/" + "x" * 5000,
        "/secret.txt",
        "/..",
    ],
)
def test_there_is_nothing_beside_the_files_of_the_console(
    connection: http.client.HTTPConnection, path: str
) -> None:
    status, headers, body = ask(connection, path)
    assert status == 404
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body == b"There is no such file.\n"


def test_a_file_that_did_not_change_is_not_sent_again(
    connection: http.client.HTTPConnection, web: Path
) -> None:
    _, headers, body = ask(connection, "/static/app.js")
    assert body == SCRIPT
    tag = headers["ETag"]
    status, headers, body = ask(connection, "/static/app.js", If_None_Match=f'"x", {tag}')
    assert (status, body, headers["ETag"]) == (304, b"", tag)
    assert headers["Cache-Control"] == "no-cache"
    (web / "static" / "app.js").write_bytes(SCRIPT + b"// changed")
    status, headers, body = ask(connection, "/static/app.js", If_None_Match=tag)
    assert (status, body) == (200, SCRIPT + b"// changed")


def test_text_is_compressed_for_who_takes_it(connection: http.client.HTTPConnection) -> None:
    _, plain, _ = ask(connection, "/static/app.js")
    status, small, body = ask(connection, "/static/app.js", Accept_Encoding="br, gzip")
    assert (status, small["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == SCRIPT
    assert int(small["Content-Length"]) == len(body) < len(SCRIPT)
    assert plain["Vary"] == small["Vary"] == "Accept-Encoding"
    assert plain["ETag"] != small["ETag"]


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip; q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("br", False),
        ("", False),
    ],
)
def test_who_takes_gzip_says_so(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_a_path_without_a_slash_is_refused(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "x")[0] == 400
    assert ask(connection, "http://127.0.0.1/x")[0] == 400


def test_head_has_the_headers_and_no_body(connection: http.client.HTTPConnection) -> None:
    status, headers, body = ask(connection, "/static/app.js", "HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(SCRIPT))
    assert ask(connection, "/static/app.js")[2] == SCRIPT  # on the same connection


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_allowed(
    connection: http.client.HTTPConnection, method: str
) -> None:
    status, headers, _ = ask(connection, "/", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_a_body_is_never_read_as_the_next_call(server: ConsoleServer) -> None:
    inner = f"GET /static/app.js HTTP/1.1\r\nHost: {server.host}\r\n\r\n"
    for method in ("GET", "POST"):
        for length in (f"Content-Length: {len(inner)}", "Transfer-Encoding: chunked"):
            with socket.create_connection(("127.0.0.1", server.server_port), WAIT_SECONDS) as line:
                call = f"{method} / HTTP/1.1\r\nHost: {server.host}\r\n{length}\r\n\r\n{inner}"
                line.sendall(call.encode())
                told = b""
                while got := received(line):
                    told += got
            assert told.count(b"HTTP/1.1 ") == 1


def received(line: socket.socket) -> bytes:
    try:
        return line.recv(1 << 16)
    except ConnectionResetError:  # the rest of what was sent was not read
        return b""


def test_another_name_for_this_machine_leads_to_the_origin_that_the_api_knows(
    connection: http.client.HTTPConnection, server: ConsoleServer
) -> None:
    status, headers, _ = ask(
        connection, "/transfers?state=failed", Host=f"localhost:{server.server_port}"
    )
    assert status == 307
    assert headers["Location"] == f"http://{server.host}/transfers?state=failed"


def test_no_page_is_served_before_the_api_is_there(
    connection: http.client.HTTPConnection, addresses: Path
) -> None:
    addresses.unlink()
    assert ask(connection, "/")[0] == 503


def test_a_taken_port_is_replaced_by_one_of_the_next(web: Path, addresses: Path) -> None:
    site = ConsoleSite(web, addresses)
    with listening(site, 0) as first, listening(site, first.server_port) as second:
        assert second.server_port != first.server_port
        assert second.server_address[0] == "127.0.0.1"


def test_the_program_serves_web_and_keeps_its_port(tmp_path: Path) -> None:
    programs = StackPrograms(tmp_path, "eu-central-1", keep=False)
    try:
        begin_console(programs, tmp_path, 0)
        tell_console(tmp_path, API, SOCKET)
        port = programs.told("console")["port"]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        with closing(connection):
            assert ask(connection, "/static/vendor/preact.js")[0] == 200
        programs.kill("console")
        begin_console(programs, tmp_path, 0)
        assert programs.told("console")["port"] == port
    finally:
        programs.end_all()
