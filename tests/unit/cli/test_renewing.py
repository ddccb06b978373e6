"""An access token is renewed silently, and no refresh token is ever used twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from cli.errors import NotSignedIn, Unreachable
from cli.http import Http
from cli.session.renewing import StoredTokens
from cli.session.session_store import SessionStore
from cli.session.stored_session import StoredSession
from cli.session.uninterrupted import uninterrupted
from tests.doubles.refreshing_auth import refreshing_auth
from tests.unit.cli import answers
from tests.unit.cli.api import URL, Answer, Api, refused

PROCESSES = 4
NEAR_ITS_END, OVER = 100.0, -100.0  # seconds that an access token still lasts
Renewing = Callable[..., StoredTokens]


def stored(folder: Path, url: str, lasts: float) -> SessionStore:
    store = SessionStore(folder, url)
    now = time.time()
    store.write(StoredSession("access-1", "refresh-1", now + lasts), "file")
    return store


def tokens_of(store: SessionStore, api: Api) -> StoredTokens:
    return StoredTokens(store, Http(URL, api, wait=lambda seconds: None))


def test_processes_that_renew_at_once_share_one_renewal(home: Path) -> None:
    with refreshing_auth(answers.me().model_dump_json()) as (url, session):
        stored(home / "fileferry", url, OVER)
        environment = {**os.environ, "FILEFERRY_URL": url}
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "cli", "whoami"],
                env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for _ in range(PROCESSES)
        ]  # fmt: skip
        ended = [(each.communicate(timeout=60), each.returncode) for each in started]
    assert [code for _, code in ended] == [0] * PROCESSES, ended
    assert (session.refreshes, session.over) == (1, False)


def test_the_double_ends_a_session_as_auth_does(home: Path) -> None:
    """Or the test before would prove nothing."""
    with refreshing_auth(answers.me().model_dump_json()) as (url, session):
        http = Http(url)
        body = {"refresh_token": "refresh-1"}
        http.call("POST", "/api/refresh", body=body)
        with pytest.raises(NotSignedIn):
            http.call("POST", "/api/refresh", body=body)
        http.close()
    assert session.over


def test_a_token_near_its_end_is_renewed_and_stored(home: Path) -> None:
    store = stored(home, URL, NEAR_ITS_END)
    api = Api(refresh=answers.tokens("access-2", "refresh-2"))
    assert tokens_of(store, api).access_token() == "access-2"
    assert tokens_of(store, Api()).access_token() == "access-2"  # another process


def test_a_token_that_lasts_is_used_as_it_is(home: Path) -> None:
    assert tokens_of(stored(home, URL, 3_000), Api()).access_token() == "access-1"


def test_what_another_process_stored_is_used(home: Path) -> None:
    store = stored(home, URL, 3_000)
    mine = tokens_of(store, Api())
    mine.access_token()
    now = time.time()
    store.write(StoredSession("access-2", "refresh-2", now + 3_000))
    assert mine.access_token(refused="access-1") == "access-2"


LOST = [httpx.ReadError("reset"), refused(504, "too_slow"), refused(500, "internal_error")]


@pytest.mark.parametrize("lost", LOST)
def test_a_token_that_perhaps_was_used_is_not_sent_while_another_way_is_left(
    home: Path, lost: Answer
) -> None:
    store, api = stored(home, URL, NEAR_ITS_END), Api(refresh=lost)
    for _ in range(3):  # each of them as another process
        assert tokens_of(store, api).access_token() == "access-1"
    assert len(api.calls) == 1


def test_when_no_other_way_is_left_it_is_sent(home: Path) -> None:
    store = stored(home, URL, OVER)
    with pytest.raises(Unreachable):
        tokens_of(store, Api(refresh=httpx.ReadError("reset"))).access_token()
    api = Api(refresh=answers.tokens("access-2", "refresh-2"))
    assert tokens_of(store, api).access_token() == "access-2"


@pytest.mark.parametrize(
    "unused", [httpx.ConnectError("no"), refused(429, "quota_exceeded", Retry_After="86400"),
               refused(409, "stale_session")]
)  # fmt: skip
def test_a_token_that_surely_was_not_used_is_sent_again(home: Path, unused: Answer) -> None:
    store = stored(home, URL, NEAR_ITS_END)
    assert tokens_of(store, Api(refresh=unused)).access_token() == "access-1"
    api = Api(refresh=answers.tokens("access-2", "refresh-2"))
    assert tokens_of(store, api).access_token() == "access-2"


@pytest.mark.parametrize("code", ["token_refused", "session_over"])
def test_a_session_that_is_over_is_forgotten(home: Path, code: str) -> None:
    store = stored(home, URL, OVER)
    with pytest.raises(NotSignedIn, match="log in"):
        tokens_of(store, Api(refresh=lambda call: refused(401, code))).access_token()
    assert store.read() is None


def test_a_stranger_who_refuses_costs_no_login(home: Path) -> None:
    store = stored(home, URL, OVER)
    portal = httpx.Response(401, html="<h1>Hotel</h1>")
    with pytest.raises(NotSignedIn):
        tokens_of(store, Api(refresh=portal)).access_token()
    assert store.read() is not None


def test_a_login_that_cannot_be_stored_still_serves_this_call(home: Path) -> None:
    store = stored(home, URL, OVER)
    said: list[str] = []

    def fill_the_disk(call: object) -> Answer:
        (home / "sessions").rename(home / "elsewhere")
        (home / "sessions").write_text("a file where the folder should be")
        return answers.tokens("access-2", "refresh-2")

    api = Api(refresh=fill_the_disk)
    http = Http(URL, api)
    assert StoredTokens(store, http, warn=said.append).access_token() == "access-2"
    assert "log in again" in said[0]


def test_a_signal_waits_until_the_new_login_is_stored() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        reached.append("stored")
    assert reached == ["stored"]


def test_a_second_signal_does_not_wait() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        reached.append("stored")
    assert reached == []


def test_a_lock_ends_with_the_process_that_had_it(home: Path) -> None:
    store = stored(home, URL, OVER)
    script = (
        "import sys; from pathlib import Path; from cli.session.session_store import SessionStore\n"
        f"with SessionStore(Path({str(home)!r}), {URL!r}).lock(): print('locked', flush=True);"
        " sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"locked\n"
    holder.kill()
    holder.communicate()
    with store.lock():
        assert store.read() is not None
