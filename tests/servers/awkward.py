"""The awkward SFTP double as a process. It serves every habit to the user who asks for it."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.transfer.domain.host_key import HostKey
from tests.doubles.awkward_sftp import make_folders
from tests.doubles.habits import Habit, user_name
from tests.servers.listening import listening
from tests.servers.openssh import free_port
from tests.servers.waiting import wait_for


@dataclass(frozen=True)
class AwkwardProgram:
    root: Path
    port: int
    host_keys: tuple[HostKey, ...]

    def fresh_folder(self, habits: Iterable[Habit]) -> Path:
        """The folder of that user's '/', with nothing of an earlier use."""
        name = user_name(habits)
        shutil.rmtree(self.root / name, ignore_errors=True)
        return make_folders(self.root, name)

    def counts(self, habits: Iterable[Habit]) -> Counter[str]:
        """What that user's sessions asked for, until the last one that ended."""
        counted = self.root / f"{user_name(habits)}.json"
        return Counter(json.loads(counted.read_text()) if counted.exists() else {})


@contextmanager
def awkward_program(folder: Path) -> Iterator[AwkwardProgram]:
    folder.mkdir(parents=True, exist_ok=True)
    ready, root, port = folder / "ready.json", folder / "root", free_port()
    command: list[str | Path] = [sys.executable, "-m", "tests.doubles.awkward_sftp"]
    command += ["--root", root, "--port", str(port), "--ready-file", ready]
    with listening(command, port, folder / "log"):
        wait_for(ready.exists, "the awkward server's key")
        key = HostKey.parse(json.loads(ready.read_text())["host_key"])
        yield AwkwardProgram(root, port, (key,))
