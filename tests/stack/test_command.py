"""The `fileferry` command against the whole running stack: its answers, and its exit codes."""

import json
import re
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.stack.commanding import A_MOMENT, Fileferry
from tests.stack.live_people import Audience, audience_of
from tests.stack.running import BUCKET, CHUNK_BYTES, Running
from tests.unit.cli.terminal import at_a_terminal

UNKNOWN = "0123456789abcdef0123"
NARROW = 60  # columns
NOWHERE = "http://127.0.0.1:9"
PROCESSES = 4


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture(scope="module")
def ferry(audience: Audience, tmp_path_factory: pytest.TempPathFactory) -> Fileferry:
    """Logged in as the owner of the transfers."""
    owner = audience.people["owner"]
    ferry = Fileferry(audience.running, owner, tmp_path_factory.mktemp("ferry"))
    ferry.log_in()
    return ferry


def ends(lines: list[Any]) -> list[tuple[str, str, int]]:
    return [
        (each["id"], each["outcome"], each["exit_code"]) for each in lines if each["type"] == "end"
    ]


def test_a_new_user_is_told_what_to_do_and_logs_in_and_out(
    running: Running, audience: Audience, tmp_path: Path
) -> None:
    ferry = Fileferry(running, audience.people["other"], tmp_path / "new")
    url = ("--url", running.stack.api_url)
    assert "fileferry login" in ferry.run("whoami", code=2).err
    assert "fileferry login" in ferry.run("whoami", *url, code=3).err
    wrong = tmp_path / "wrong"
    wrong.write_text("not-her-password\n")
    who = ("--user", ferry.person.name, "--password-file", str(wrong))
    refused = ferry.run("login", *url, *who, code=3)
    assert refused.out == ""
    assert len(refused.err.splitlines()) == 1
    ferry.log_in()
    assert ferry.json("whoami")["user"] == ferry.person.name
    assert ferry.session_file is not None
    assert ferry.session_file.stat().st_mode & 0o077 == 0
    ferry.run("logout")
    assert not list(ferry.folder.rglob("sessions/*.json"))
    assert "fileferry login" in ferry.run("whoami", code=3).err


def test_a_program_is_given_address_and_token_and_told_when_nobody_is_there(
    running: Running, audience: Audience, tmp_path: Path
) -> None:
    """It keeps nothing of them."""
    token = {"FILEFERRY_TOKEN": audience.tokens["owner"]}
    there = {"FILEFERRY_URL": running.stack.api_url, **token}
    owner = audience.people["owner"]
    ferry = Fileferry(running, owner, tmp_path / "there", there)
    assert ferry.json("whoami")["user"] == owner.name
    assert ferry.session_file is None
    away = Fileferry(running, owner, tmp_path / "away", {"FILEFERRY_URL": NOWHERE, **token})
    for command in ("status", "watch", "wait", "cancel"):
        assert NOWHERE in away.run(command, UNKNOWN, code=8).err
    forged = token | {"FILEFERRY_TOKEN": f"{audience.tokens['owner']}x"}
    refused = Fileferry(running, owner, tmp_path / "forged", there | forged)
    assert "FILEFERRY_TOKEN" in refused.run("watch", UNKNOWN, code=3).err


@pytest.mark.parametrize(
    "args",
    [
        ("send", "nonsense", "partner"),
        ("send", f"s3://{BUCKET}", "partner"),
        ("watch",),
        ("wait", UNKNOWN, "--timeout", "soon"),
        ("list", "--state", "lost"),
        ("cancel",),
        ("fly",),
    ],
)
def test_a_command_that_is_used_wrongly_ends_with_2(ferry: Fileferry, args: tuple[str]) -> None:
    assert ferry.run(*args, code=2).out == ""


def test_what_there_is_to_send_and_where_to(ferry: Fileferry, audience: Audience) -> None:
    key = audience.put(1)
    assert BUCKET in {each["name"] for each in ferry.json("buckets")["buckets"]}
    [file] = ferry.json("ls", f"s3://{BUCKET}/{key}")["files"]
    assert file["size_bytes"] == CHUNK_BYTES
    assert f"s3://{BUCKET}/{key}" in ferry.run("ls", f"s3://{BUCKET}/{key}").out
    listed = ferry.json("destinations", "list")["destinations"]
    assert "partner" in {each["id"] for each in listed}
    assert ferry.json("destinations", "show", "partner")["host"] == "127.0.0.1"
    ferry.run("destinations", "show", "nobody", code=4)
    look = ferry.json("send", f"s3://{BUCKET}/{key}", "partner:/dry", "--dry-run")
    assert {each["name"]: each["ok"] for each in look["checks"]} == dict.fromkeys(
        ("rights", "source", "destination"), True
    )
    ferry.run("send", f"s3://{BUCKET}/no-such-key", "partner", "--dry-run", code=4)
    assert not (audience.running.partner.root / "dry").exists()


def test_an_admin_tests_a_destination(running: Running, tmp_path: Path) -> None:
    ferry = Fileferry(running, running.people.admin, tmp_path / "admin")
    ferry.log_in()
    assert ferry.json("destinations", "test", "partner")["status"] == "ok"
    ferry.run("logout")


def test_a_watched_transfer_is_told_as_json_lines_to_its_receipt(
    ferry: Fileferry, audience: Audience
) -> None:
    key = audience.put(5)
    command = ("send", f"s3://{BUCKET}/{key}", f"partner:/{key}", "--label", key, "--watch")
    sent = ferry.run(*command, "--json")
    assert sent.err == ""
    first, *_, last = sent.lines
    moved = [each["transfer"]["bytes_done"] or 0 for each in sent.lines if "transfer" in each]
    assert moved == sorted(moved)
    transfer_id = first["transfer"]["id"]
    assert ends(sent.lines) == [(transfer_id, "completed", 0)]
    assert {each["version"] for each in sent.lines} == {1}
    view = audience.state(transfer_id)
    assert last["transfer"]["receipt"] == view["receipt"]
    assert ferry.json("status", transfer_id)["status"] == "completed"
    assert ferry.json("receipt", transfer_id) == view["receipt"]
    for lister in ("list", "history"):
        found = ferry.json(lister, "--label", key)["transfers"]
        assert [each["id"] for each in found] == [transfer_id]
    again = ferry.run("wait", transfer_id)
    assert again.out.startswith("completed")
    assert (audience.running.partner.root / key).stat().st_size == 5 * CHUNK_BYTES


def test_a_transfer_is_steered_while_another_process_watches_it(
    ferry: Fileferry, audience: Audience
) -> None:
    with audience.slowly() as (moving, line), ferry.begun("watch", moving, "--json") as watch:
        watch.says('"status":"moving"')
        ferry.run("pause", moving)
        watch.says('"status":"paused"')
        late = ferry.run("wait", moving, "--timeout", A_MOMENT, "--json", code=7)
        assert ends(late.lines) == [(moving, "still_running", 7)]
        ferry.run("resume", moving)
        assert "still running" in ferry.run("wait", moving, "--timeout", A_MOMENT, code=7).err
        ferry.run("cancel", moving)
        ended = watch.ended()
        line.open()
    assert ended.code == 6, ended
    assert ended.err == ""
    assert ends(ended.lines) == [(moving, "cancelled", 6)]
    for command in ("wait", "watch", "receipt"):
        ferry.run(command, moving, code=6)
    assert ferry.json("status", moving)["status"] == "cancelled"


def test_a_failure_has_one_exit_code_whenever_it_is_seen(
    ferry: Fileferry, audience: Audience
) -> None:
    key = audience.put(1)
    target = f"partner:/nowhere-{key}/file"
    watched = ferry.run("send", f"s3://{BUCKET}/{key}", target, "--watch", "--json", code=5)
    [(failed, outcome, code)] = ends(watched.lines)
    assert (outcome, code) == ("failed", 5)
    for command in ("wait", "watch", "receipt"):
        ended = ferry.run(command, failed, code=5)
        assert "folder_missing" in ended.out + ended.err
    ferry.run("status", failed)
    ferry.run("retry", failed)
    ferry.run("wait", failed, code=5)
    assert ferry.json("status", failed)["run"] == 2
    both = ferry.run("wait", failed, UNKNOWN, "--json", code=5)
    assert sorted(code for _, _, code in ends(both.lines)) == [4, 5]


@pytest.mark.parametrize("command", ["status", "watch", "wait", "pause", "cancel", "receipt"])
def test_what_does_not_exist_ends_with_4(ferry: Fileferry, command: str) -> None:
    ended = ferry.run(command, UNKNOWN, code=4)
    assert UNKNOWN in ended.out + ended.err


def test_all_own_transfers_are_watched_until_ctrl_c(ferry: Fileferry, audience: Audience) -> None:
    with ferry.begun("watch", "--mine", "--json") as watch:
        sent = audience.send(0)
        watch.says(sent)
        watch.says('"outcome":"completed"')
        watch.process.send_signal(signal.SIGINT)
        assert watch.ended().code == 130


def test_an_operators_list_is_refused_to_a_user(ferry: Fileferry) -> None:
    assert len(ferry.run("watch", "--all", code=3).err.splitlines()) == 1


def test_a_narrow_terminal_gets_a_bar_that_fits(ferry: Fileferry, audience: Audience) -> None:
    with audience.slowly(6) as (moving, _):
        code, shown = at_a_terminal(["watch", moving], ferry.env, width=NARROW)
    assert code == 0, shown
    bars = [line for line in plain(shown).splitlines() if "%" in line]
    assert bars
    assert max(map(len, bars)) <= NARROW, bars
    assert f"completed  {moving}" in shown


def plain(shown: str) -> str:
    """What a terminal was sent, without what moves its cursor and colours its letters."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "\n")


def test_processes_that_renew_at_once_do_not_end_the_session(ferry: Fileferry) -> None:
    """All of them find an access token that is almost over."""
    file = ferry.session_file
    assert file is not None
    for _ in range(2):
        record = json.loads(file.read_text())
        access, refresh, _ = json.loads(record["session"])
        almost_over = json.dumps([access, refresh, time.time() + 60])
        file.write_text(json.dumps(record | {"session": almost_over}))
        with ExitStack() as open_ones:
            begun = [open_ones.enter_context(ferry.begun("whoami")) for _ in range(PROCESSES)]
            assert [each.ended().code for each in begun] == [0] * PROCESSES
        renewed = json.loads(json.loads(file.read_text())["session"])
        assert renewed[1] != refresh
    assert ferry.json("whoami")["user"] == ferry.person.name
