"""What `make up` says, keeps and clears away after a crash of the emulator."""

import json
import os
from pathlib import Path

import pytest

from infra.local.crash import clear_up, crash_log, what_is_left
from infra.local.programs import _start_of
from infra.local.stack import LocalStack

FILES, LOG = Path(".local/partner-files"), Path(".local/log-of-crash")


def a_state(folder: Path, *, emulator_started: int) -> LocalStack:
    """The state that an earlier process left. Its emulator has the pid of this process."""
    program = {"name": "emulator", "pid": os.getpid(), "started": emulator_started}
    written = {"programs": [program], "ports": {"emulator": 4566, "partner": 2222}}
    (folder / "stack.json").write_text(json.dumps(written))
    return LocalStack(folder)


def test_an_emulator_that_is_gone_without_being_stopped_has_crashed(tmp_path: Path) -> None:
    stack = a_state(tmp_path, emulator_started=1)  # the pid is somebody else's by now
    assert not stack.recall()
    assert stack.crashed
    stack.stop()
    again = LocalStack(tmp_path)
    assert not again.recall()
    assert not again.crashed


def test_one_that_runs_has_not(tmp_path: Path) -> None:
    stack = a_state(tmp_path, emulator_started=_start_of(os.getpid()) or 0)
    assert stack.recall()
    assert not stack.crashed


def test_its_log_is_kept_and_only_its_own_folders_go(tmp_path: Path) -> None:
    for name in ("tmp/ministack-lambda-x/_worker.py", "tmp/others/file", "log/emulator.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "tmp/ministack-4566.pid").write_text("1")
    crash_log(tmp_path).mkdir()
    (crash_log(tmp_path) / "older.log").write_text("of the crash before")
    clear_up(tmp_path)
    assert [each.name for each in (tmp_path / "tmp").iterdir()] == ["others"]
    assert [each.name for each in crash_log(tmp_path).iterdir()] == ["emulator.log"]
    clear_up(tmp_path)


@pytest.mark.parametrize("objects", [None, Path("/data/objects")])
def test_objects_are_gone_unless_they_are_files(objects: Path | None) -> None:
    gone, kept = what_is_left(FILES, objects, LOG).splitlines()[1:3]
    assert ("objects" in gone) == (objects is None)
    assert ("/data/objects" in kept) == (objects is not None)
    assert str(FILES) in kept
