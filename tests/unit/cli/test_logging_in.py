"""fileferry login and logout: where a login is kept, and that it is kept from others."""

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from keyring.backend import KeyringBackend

from cli.app import app
from cli.invocation import Invocation
from cli.session import keyring_place
from tests.unit.cli import answers
from tests.unit.cli.api import URL, Api, Call, refused
from tests.unit.cli.keyrings import Forgetful, Hanging, Plaintext, Refusing, Working, in_use

PASSWORD = "correct horse battery"
LOGIN = ("login", "--url", URL, "--user", "jane", "--password-stdin")


def call(api: Api, *args: str, stdin: str = f"{PASSWORD}\n") -> Result:
    return CliRunner().invoke(app, args, input=stdin, obj=Invocation(transport=api))


def welcoming() -> Api:
    api = Api(login=answers.tokens(), read_me=answers.me(), logout=None)
    api.token = "access-1"
    return api


def logins(home: Path) -> list[Path]:
    return list((home / "fileferry/sessions").glob("*.json"))


def test_a_login_is_kept_for_the_next_call(home: Path) -> None:
    api = welcoming()
    result = call(api, *LOGIN)
    assert result.exit_code == 0, result.output
    assert api.calls[0].body == {"user": "jane", "password": PASSWORD, "client": "api"}
    assert call(api, "whoami").exit_code == 0  # the address was remembered, too


def test_only_its_owner_reads_the_file(home: Path) -> None:
    call(welcoming(), *LOGIN)
    (file,) = logins(home)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_may_read_is_closed(home: Path) -> None:
    (home / "fileferry/sessions").mkdir(parents=True, mode=0o755)
    call(welcoming(), *LOGIN)
    assert stat.S_IMODE((home / "fileferry/sessions").stat().st_mode) == 0o700


def test_no_secret_is_printed(home: Path) -> None:
    for form in ((), ("--json",), ("--debug",)):
        result = call(welcoming(), *LOGIN, *form)
        assert not any(each in result.output for each in (PASSWORD, "access-1", "refresh-1"))


def test_a_refused_login_is_3_and_keeps_nothing(home: Path) -> None:
    api = Api(login=refused(401, "login_refused", "User or password are not right."))
    result = call(api, *LOGIN)
    assert (result.exit_code, logins(home)) == (3, [])
    assert "not right" in result.stderr


def test_a_password_is_no_argument(home: Path) -> None:
    assert call(Api(), "login", "--url", URL, "--password", PASSWORD).exit_code == 2


def test_without_a_terminal_nobody_is_asked(home: Path) -> None:
    result = call(Api(), "login", "--url", URL, "--user", "jane")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


def test_a_password_comes_from_a_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    api = welcoming()
    file = str(tmp_path / "password")
    assert call(api, *LOGIN[:-1], "--password-file", file).exit_code == 0
    assert api.calls[0].body["password"] == PASSWORD


def test_a_working_keyring_has_the_tokens_and_no_file_has(home: Path) -> None:
    keyring = Working()
    with in_use(keyring):
        api = welcoming()
        result = call(api, *LOGIN, "--json")
        assert json.loads(result.stdout)["kept_in"] == "keyring"
        assert call(api, "whoami").exit_code == 0
    assert "access-1" in keyring.kept["fileferry", URL]
    assert len(keyring.kept) == 1  # the probe is gone
    assert "access-1" not in logins(home)[0].read_text()


@pytest.mark.parametrize("keyring", [Hanging(), Forgetful(), Refusing(), Plaintext()])
def test_a_keyring_that_does_not_work_is_found_out_before_the_login(
    home: Path, keyring: KeyringBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_place, "SECONDS", 0.2)
    with in_use(keyring):
        result = call(welcoming(), *LOGIN, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["kept_in"] == "file"


def test_who_wants_the_keyring_alone_is_told_before_the_login(home: Path) -> None:
    assert call(Api(), "config", "set", "store", "keyring").exit_code == 0
    api = welcoming()
    with in_use(Refusing()):
        result = call(api, *LOGIN)
    assert (result.exit_code, api.calls) == (1, [])
    assert PASSWORD not in result.output


def test_a_keyring_that_fails_later_costs_no_login(home: Path) -> None:
    keyring = Working()
    api = welcoming()

    def break_it(call: Call) -> object:
        keyring.set_password = Refusing().set_password  # type: ignore[method-assign]
        return answers.tokens()

    api.answers["login"] = break_it  # type: ignore[assignment]
    with in_use(keyring):
        result = call(api, *LOGIN)
        assert "kept in" in result.stderr
        assert "in the keyring" not in result.stderr
        assert call(api, "whoami").exit_code == 0


def test_a_folder_that_cannot_be_written_is_found_out_before_the_login(home: Path) -> None:
    (home / "fileferry").write_text("a file where the folder should be")
    api = Api()
    assert call(api, *LOGIN).exit_code == 1
    assert api.calls == []


def test_logging_out_forgets(home: Path) -> None:
    api = welcoming()
    call(api, *LOGIN)
    (file,) = logins(home)
    file.with_name(f".{file.name}.0123").write_text("left behind by one that was killed")
    assert call(api, "logout").exit_code == 0
    assert api.called("logout")
    assert [each.suffix for each in file.parent.iterdir()] == [".lock"]
    assert call(api, "whoami").exit_code == 3


def test_logging_out_forgets_also_where_nobody_is_reached(home: Path) -> None:
    api = welcoming()
    call(api, *LOGIN)
    api.answers["logout"] = refused(504, "too_slow")
    result = call(api, "logout")
    assert (result.exit_code, logins(home)) == (8, [])
    assert "forgotten here" in result.stderr


def test_a_token_of_the_environment_is_never_stored(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILEFERRY_TOKEN", "access-1")
    assert call(welcoming(), "whoami", "--url", URL).exit_code == 0
    assert not list(home.rglob("*"))
    api = welcoming()
    api.token = "another"
    result = call(api, "whoami", "--url", URL)
    assert result.exit_code == 3
    assert "FILEFERRY_TOKEN" in result.stderr
    assert "access-1" not in result.output
