"""fileferry login --sso: the browser comes back to a port of this computer, once."""

import socket
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import CliRunner, Result

from cli.app import app
from cli.errors import TimedOut
from cli.invocation import Invocation
from cli.session import single_sign_on
from cli.session.loopback import Loopback, listening
from tests.unit.cli import answers
from tests.unit.cli.api import URL, Answer, Api, Call, Raw, refused

ADDRESS = {"Location": "https://provider.example/authorize"}


def get(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, trust_env=False)


def test_a_login_by_browser(home: Path) -> None:
    browsers: list[Thread] = []

    def begin(call: Call) -> Answer:
        """As the browser of a person who logs in at once."""
        visit = Thread(target=get, args=(f"{call.query['return_to']}?code=the-code",))
        visit.start()
        browsers.append(visit)
        return Raw(headers=ADDRESS)

    api = Api(begin_sso=begin, redeem_sso=answers.tokens())
    result = CliRunner().invoke(
        app, ["login", "--sso", "--url", URL], obj=Invocation(transport=api)
    )
    for browser in browsers:
        browser.join()
    assert result.exit_code == 0, result.output
    began, redeemed = api.calls
    digest = sha256(redeemed.body["verifier"].encode()).digest()
    assert began.query["challenge"] == urlsafe_b64encode(digest).decode().rstrip("=")
    assert redeemed.body["code"] == "the-code"
    shown = next(line for line in result.stderr.splitlines() if line.startswith(URL))
    assert parse_qs(urlsplit(shown).query)["return_to"] == [began.query["return_to"]]
    assert redeemed.body["verifier"] not in result.output


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (refused(404, "sso_not_configured"), "no single sign-on"),
        (refused(400, "field_invalid"), "SSO_LOOPBACK"),
    ],
)
def test_who_cannot_log_in_so_is_told_at_once(
    home: Path, answer: httpx.Response, advice: str
) -> None:
    result = CliRunner().invoke(
        app, ["login", "--sso", "--url", URL], obj=Invocation(transport=Api(begin_sso=answer))
    )
    assert (result.exit_code, advice in result.stderr) == (1, True)


def test_only_the_state_opens_and_only_once() -> None:
    with listening() as loopback:
        place = f"http://127.0.0.1:{loopback.port}"
        assert get(f"{place}/?code=planted").status_code == 404
        assert get(f"{place}/favicon.ico").status_code == 404
        assert get(loopback.return_to).status_code == 404
        assert get(f"{loopback.return_to}?code=a&code=b").status_code == 404
        assert get(f"{loopback.return_to}?code={'a' * 2_000}").status_code == 404
        assert get(f"{loopback.return_to}?code=x", Host="evil.example").status_code == 404
        answer = get(f"{loopback.return_to}?code=right")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert get(f"{loopback.return_to}?code=second").status_code == 404
        assert loopback.wait(1) == "right"


def test_a_connection_that_says_nothing_keeps_nobody_waiting() -> None:
    """Browsers open some ahead."""
    with listening() as loopback, socket.create_connection(("127.0.0.1", loopback.port)):
        assert get(f"{loopback.return_to}?code=right").status_code == 200


def test_nobody_who_comes_is_a_matter_of_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_sign_on, "PATIENCE_SECONDS", 0.1)
    api = Api(begin_sso=Raw(headers=ADDRESS))
    result = CliRunner().invoke(
        app, ["login", "--sso", "--url", URL], obj=Invocation(transport=api)
    )
    assert result.exit_code == 7
    assert "ssh -L" in result.stderr


def test_the_port_is_closed_afterwards() -> None:
    with listening() as loopback, pytest.raises(TimedOut):
        loopback.wait(0)
    with pytest.raises(httpx.ConnectError):
        get(loopback.return_to)


def test_it_listens_on_this_computer_alone() -> None:
    loopback = Loopback(0)
    assert loopback.return_to.startswith("http://127.0.0.1:")
    loopback._server.server_close()


def test_sso_takes_no_password(home: Path) -> None:
    result: Result = CliRunner().invoke(app, ["login", "--sso", "--user", "jane", "--url", URL])
    assert result.exit_code == 2
