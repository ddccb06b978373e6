"""fileferry destinations, users, config: what is changed is what was looked at."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.destination_views import HostKeyView, LoginView, TestResult
from contracts.transfer_events import Failure
from tests.unit.cli import answers
from tests.unit.cli.api import TOKEN, Answer, Api, Call, Raw, refused
from tests.unit.cli.conftest import Run
from tests.unit.cli.served import serving
from tests.unit.cli.terminal import at_a_terminal

OTHER = HostKeyView(key="ssh-ed25519 BBBB", fingerprint="SHA256:other")
UNCONFIRMED = TestResult(status="host_key_unconfirmed", offered_host_key=answers.KEY)
OK = TestResult(
    status="ok",
    login=LoginView(software="OpenSSH", cipher="aes", home="/", banner=None),
    strategy="four lanes",
)
CHANGED = TestResult(
    status="failed",
    failure=Failure(code="host_key_changed", message="Ask the partner.", retryable=False),
)
ADD = ("destinations", "add", "acme", "--host", "sftp.acme.example", "--user", "ferry")


def versioned(view: Any) -> Answer:  # noqa: ANN401
    return Raw(view, {"ETag": '"7"'})


class Partner(Api):
    """A destination whose server shows a key. `pins` are the keys that were pinned, in order."""

    def __init__(self, pinned: tuple[HostKeyView, ...], shows: HostKeyView) -> None:
        super().__init__(
            read_destination=lambda call: versioned(answers.destination(host_keys=self.pinned)),
            register_destination=lambda call: versioned(answers.destination(host_keys=())),
            test_destination=lambda call: self.tested(),
            change_destination=self.change,
        )
        self.pinned, self.shows = pinned, shows
        self.pins: list[list[str]] = []

    def tested(self) -> TestResult:
        if not self.pinned:
            return TestResult(status="host_key_unconfirmed", offered_host_key=self.shows)
        return OK if self.shows in self.pinned else CHANGED

    def change(self, call: Call) -> Answer:
        assert call.headers["if-match"] == '"7"'
        self.pins.append(call.body["host_keys"])
        known = {each.key: each for each in (answers.KEY, OTHER)}
        self.pinned = tuple(known[key] for key in call.body["host_keys"])
        return versioned(answers.destination(host_keys=self.pinned))


def pin(run: Run, api: Api, fingerprint: str) -> int:
    return run(api, "destinations", "pin", "acme", "--fingerprint", fingerprint).exit_code


def test_the_offered_key_is_pinned_if_it_is_the_expected_one(run: Run) -> None:
    api = Partner((), answers.KEY)
    assert pin(run, api, "SHA256:abcdef") == 0
    assert api.pins == [[answers.KEY.key]]


def test_another_key_is_not_pinned(run: Run) -> None:
    api = Partner((), OTHER)
    assert pin(run, api, "SHA256:abcdef") == 5
    assert api.pins == []


def test_without_a_terminal_the_key_is_shown_and_not_pinned(run: Run) -> None:
    api = Partner((), answers.KEY)
    result = run(api, "destinations", "pin", "acme")
    assert (result.exit_code, api.pins) == (2, [])
    assert "SHA256:abcdef. It is not pinned" in result.stderr
    assert "fileferry destinations pin acme --fingerprint SHA256:..." in result.stderr


def test_a_destination_without_a_pinned_key_is_said_to_be_registered(run: Run) -> None:
    api = Partner((), OTHER)
    args = (*ADD, "--password-stdin", "--fingerprint", "SHA256:abcdef")
    result = run(api, *args, stdin="the password\n")
    assert (result.exit_code, api.pins) == (5, [])
    assert "acme is registered, but no host key is pinned" in result.stderr


def test_a_key_that_is_right_is_left_alone(run: Run) -> None:
    api = Partner((answers.KEY,), answers.KEY)
    assert pin(run, api, "SHA256:abcdef") == 1
    assert api.pins == []


def test_a_new_key_of_the_server_takes_the_place_of_the_old_one(run: Run) -> None:
    api = Partner((answers.KEY,), OTHER)
    assert pin(run, api, "SHA256:other") == 0
    assert api.pinned == (OTHER,)


@pytest.mark.parametrize("answer", [None, refused(504, "too_slow")])
def test_the_old_key_comes_back_if_the_new_one_is_not_taken(run: Run, answer: Answer) -> None:
    api = Partner((answers.KEY,), OTHER)
    if answer is not None:
        said: list[Answer] = [answer, CHANGED]
        api.answers["test_destination"] = lambda call: said.pop()
    assert pin(run, api, "SHA256:third") != 0
    assert api.pinned == (answers.KEY,)


def test_a_destination_is_added_and_pinned(run: Run) -> None:
    api = Partner((), answers.KEY)
    result = run(api, *ADD, "--password-stdin", "--fingerprint", "SHA256:abcdef", "--port", "2222",
                 "--no-probe-writes", stdin="the password\n")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert api.calls[0].body == {
        "id": "acme", "name": "acme", "protocol": "sftp", "host": "sftp.acme.example",
        "user": "ferry", "port": 2222, "probe_writes": False, "password": "the password",
    }  # fmt: skip
    assert "the password" not in result.output


def test_a_private_key_comes_whole_from_its_file(run: Run, tmp_path: Path) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n"
    (tmp_path / "key").write_text(key)
    (tmp_path / "phrase").write_text("open sesame\n")
    api = Partner((), answers.KEY)
    run(api, *ADD, "--private-key", str(tmp_path / "key"), "--passphrase-file",
        str(tmp_path / "phrase"), "--fingerprint", "SHA256:abcdef")  # fmt: skip
    assert api.calls[0].body["private_key"] == key
    assert api.calls[0].body["passphrase"] == "open sesame"


def test_a_test_that_fails_is_5(run: Run) -> None:
    for result, code in ((OK, 0), (CHANGED, 5), (UNCONFIRMED, 5)):
        assert run(Api(test_destination=result), "destinations", "test", "acme").exit_code == code


def test_removing_asks(run: Run) -> None:
    api = Partner((answers.KEY,), answers.KEY)
    api.answers["remove_destination"] = None
    assert run(api, "destinations", "remove", "acme").exit_code == 2
    assert run(api, "destinations", "remove", "acme", "--yes").exit_code == 0
    assert api.called("remove_destination")[0].headers["if-match"] == '"7"'


def users() -> Api:
    return Api(
        read_user=lambda call: versioned(answers.user()),
        create_user=lambda call: versioned(answers.user()),
        change_user=lambda call: versioned(answers.user()),
        end_sessions=None,
        remove_user=None,
    )


def test_a_grant_comes_to_those_that_are_there(run: Run) -> None:
    api = users()
    line = "users grant jane --from s3://other --from s3://exports/reports/ --to globex"
    assert run(api, *line.split()).exit_code == 0
    assert api.calls[1].headers["if-match"] == '"7"'
    assert api.calls[1].body["grants"] == {
        "sources": [
            {"bucket": "exports", "prefix": "reports/"},
            {"bucket": "other", "prefix": ""},
        ],
        "destinations": ["acme", "globex"],
    }


def test_a_grant_is_taken_away(run: Run) -> None:
    api = users()
    assert run(api, *["users", "grant", "jane", "--to", "acme", "--take-away"]).exit_code == 0
    assert api.calls[1].body["grants"]["destinations"] == []
    assert run(api, *["users", "grant", "jane", "--to", "globex", "--take-away"]).exit_code == 2


def test_users_are_added_changed_locked_and_removed(run: Run) -> None:
    api = users()
    add = ("users", "add", "jane", "--name", "Jane Doe", "--role", "user", "--password-stdin")
    assert run(api, *add, stdin="correct horse battery\n").exit_code == 0
    assert api.calls[0].body["password"] == "correct horse battery"
    for line in (
        ("users", "add", "jane", "--name", "Jane Doe", "--email", "j@a.example", "--no-password"),
        ("users", "update", "jane", "--role", "operator"),
        ("users", "update", "jane", "--email", "jane.doe@acme.example"),
        ("users", "update", "jane", "--email", ""),
        ("users", "lock", "jane"),
        ("users", "unlock", "jane"),
        ("users", "logout", "jane"),
        ("users", "remove", "jane", "--yes"),
    ):
        assert run(api, *line).exit_code == 0, line
    assert "email" not in api.called("create_user")[0].body
    assert api.called("create_user")[1].body["email"] == "j@a.example"
    assert "password" not in api.called("create_user")[1].body
    assert [call.body for call in api.called("change_user")] == [
        {"roles": ["operator"]}, {"email": "jane.doe@acme.example"}, {"no_email": True},
        {"locked": True}, {"locked": False},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "shown"), [("j@acme.example", "j@acme.example"), (None, "none")]
)
def test_a_user_is_shown_with_their_address(run: Run, address: str | None, shown: str) -> None:
    api = Api(
        read_user=lambda call: versioned(answers.user(email=address)),
        read_me=lambda call: answers.me(email=address),
    )
    for line in (("users", "show", "jane"), ("whoami",)):
        assert ["E-mail", shown] in [each.split() for each in run(api, *line).stdout.splitlines()]


def test_what_somebody_else_changed_meanwhile_is_told(run: Run) -> None:
    api = users()
    api.answers["change_user"] = refused(412, "version_mismatch", "Read it and try again.")
    assert run(api, "users", "update", "jane", "--name", "J").exit_code == 1


def test_settings_are_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FILEFERRY_URL")
    api = Api()
    assert run(api, "config", "get", "url").exit_code == 4
    assert run(api, "config", "set", "url", "https://ferry.example/v1/api/").exit_code == 0
    assert run(api, "config", "get", "url").stdout == "https://ferry.example/v1\n"
    assert run(api, "config", "set", "url", "http://ferry.example").exit_code == 2
    assert run(api, "config", "set", "store", "cupboard").exit_code == 2
    path = Path(json.loads(run(api, "config", "path", "--json").stdout)["path"])
    assert json.loads(path.read_text()) == {"url": "https://ferry.example/v1"}
    assert run(api, "config", "unset", "url").exit_code == 0
    assert json.loads(run(api, "config", "list", "--json").stdout) == {"url": None, "store": None}
    path.write_text("[")
    assert run(api, "config", "list").exit_code == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(run: Run, shell: str) -> None:
    assert "_FILEFERRY_COMPLETE" in run(Api(), "completion", shell).stdout


def test_a_person_confirms_a_fingerprint_at_a_terminal(home: Path) -> None:
    """Only a yes pins it."""
    for answer, pinned in (("n", []), ("y", [[answers.KEY.key]])):
        api = Partner((), answers.KEY)
        with serving(api) as url:
            code, shown = at_a_terminal(
                ["destinations", "pin", "acme"],
                {"FILEFERRY_URL": url, "FILEFERRY_TOKEN": TOKEN},
                typed=[("[y/N]: ", f"{answer}\n")],
            )
        assert "SHA256:abcdef" in shown
        assert (code, api.pins) == (0 if pinned else 1, pinned)
