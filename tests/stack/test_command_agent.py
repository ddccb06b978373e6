"""`fileferry chat` and `fileferry agent` against the whole running stack, at a terminal and
without."""

import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.stack.commanding import Fileferry
from tests.stack.people import EVERYTHING
from tests.stack.running import BUCKET, Running, as_destination
from tests.unit.cli.terminal import at_a_terminal

BANK = "globex"
CONTENT = b"1;2;3\n"
SECONDS = 120.0  # the machine may be busy with other things
OTHER = "0" * 64


def logged_in(running: Running, folder: Path) -> Fileferry:
    """As somebody who may send from one folder to everybody."""
    sources = [{"bucket": BUCKET, "prefix": "agent/"}]
    name = f"asker-{secrets.token_hex(3)}"
    person = running.people.create(name, grants={**EVERYTHING, "sources": sources})
    ferry = Fileferry(running, person, folder)
    ferry.log_in()
    return ferry


@pytest.fixture(scope="module")
def ferry(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Fileferry:
    wish = {**as_destination(BANK, running.partner), "name": "Globex"}
    assert running.ferry.register(wish, running.partner.host_key)["status"] == "ok"
    return logged_in(running, tmp_path_factory.mktemp("ferry"))


@pytest.fixture
def word(running: Running) -> str:
    """Names a new object, which nobody else has."""
    word = f"invoice{secrets.token_hex(3)}"
    running.put(f"agent/{word}.csv", CONTENT)
    return word


def proposed(ferry: Fileferry, word: str, *more: str) -> Any:  # noqa: ANN401 - JSON
    answer = ferry.json("chat", f"Please send {word} to {BANK}", *more)
    assert answer["proposal"], answer
    return answer


def test_a_yes_below_the_card_sends_the_file(running: Running, ferry: Fileferry, word: str) -> None:
    question = f"Please send {word} to {BANK}"
    env = {**ferry.env, "NO_COLOR": "1"}
    code, shown = at_a_terminal(
        ["chat", question], env, width=200, typed=[("Do this?", "y\n")], patience=SECONDS
    )
    assert code == 0, shown
    assert "\x1b" not in shown
    digest = re.search(r"^Digest +([0-9a-f]{64})\r$", shown, re.MULTILINE)
    assert digest is not None, shown
    assert digest.start() < shown.index("Do this?")
    [transfer_id] = re.findall(r"fileferry watch (\S+)", shown)
    ferry.run("wait", transfer_id)
    assert running.arrived(f"{word}.csv") == CONTENT


def test_without_a_terminal_the_digest_confirms_it_and_once(
    running: Running,
    ferry: Fileferry,
    word: str,
    tmp_path: Path,
) -> None:
    proposal = proposed(ferry, word)["proposal"]
    name, digest = proposal["id"], proposal["digest"]
    assert digest in ferry.run("agent", "show", name).out
    assert "--digest" in ferry.run("agent", "confirm", name, code=2).err
    assert ferry.run("agent", "confirm", name, "--digest", OTHER, code=1).out == ""
    other = logged_in(running, tmp_path / "other")
    assert other.run("agent", "confirm", name, "--digest", digest, code=4).out == ""
    transfer_id = ferry.run("agent", "confirm", name, "--digest", digest).out.strip()
    ferry.run("wait", transfer_id)
    assert running.arrived(f"{word}.csv") == CONTENT
    again = ferry.json("agent", "confirm", name, "--digest", digest)
    assert [step["result"] for step in again["steps"]] == [transfer_id]
    listed = ferry.json("agent", "proposals", "--state", "confirmed")["proposals"]
    assert name in [each["id"] for each in listed]
    talks = ferry.json("agent", "conversations")["conversations"]
    assert proposal["conversation_id"] in [each["id"] for each in talks]


def test_what_is_rejected_or_followed_by_another_message_is_never_done(
    ferry: Fileferry, word: str
) -> None:
    first = proposed(ferry, word)
    talk, name = first["conversation"]["id"], first["proposal"]["id"]
    second = proposed(ferry, word, "--conversation", talk)
    digest = first["proposal"]["digest"]
    assert "superseded" in ferry.run("agent", "confirm", name, "--digest", digest, code=1).err
    name, digest = second["proposal"]["id"], second["proposal"]["digest"]
    ferry.run("agent", "reject", name)
    assert "rejected" in ferry.run("agent", "confirm", name, "--digest", digest, code=1).err
    ferry.run("chat", "hello", "--conversation", "nobodys", code=4)
