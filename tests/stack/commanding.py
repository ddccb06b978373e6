"""The `fileferry` command as a program of its own, as one user of the running stack."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cli
from tests.servers.waiting import wait_for
from tests.stack.people import Person
from tests.stack.running import Running

ROOT = Path(cli.__file__).parents[1]
SECONDS = 120.0
A_MOMENT = "1s"  # for a wait that shall time out


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Each line of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Begun:
    """What a command that still runs has written to its files."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    def ended(self) -> Ended:
        code = self.process.wait(SECONDS)
        return Ended(code, self.out, (self.folder / "err").read_text())

    def says(self, text: str) -> None:
        wait_for(lambda: text in self.out or self.process.poll() is not None, text, SECONDS)
        assert text in self.out, self.ended()


@dataclass
class Fileferry:
    """Its folder is the only place that the command knows. Nothing secret may be in its output."""

    running: Running
    person: Person
    folder: Path
    given: Mapping[str, str] = field(default_factory=dict)  # of the environment
    _count: int = field(default=0, repr=False)

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYTHONPATH": str(ROOT),
            "TZ": "UTC",
            **self.given,
        }

    @contextmanager
    def begun(self, *args: str) -> Iterator[Begun]:
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir(parents=True)
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", *args],
                env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
        try:
            yield Begun(process, folder)
        finally:
            process.kill()
            process.wait()

    def run(self, *args: str, code: int = 0) -> Ended:
        with self.begun(*args) as command:
            ended = command.ended()
        self._hear_tokens()
        assert ended.code == code, (args, ended)
        assert self.running.door.secrets.found_in(ended.out + ended.err) == []
        assert "Traceback" not in ended.err
        assert "\x1b" not in ended.out + ended.err
        return ended

    def json(self, *args: str, code: int = 0) -> Any:  # noqa: ANN401
        """The one document on stdout."""
        return json.loads(self.run(*args, "--json", code=code).out)

    def log_in(self) -> Ended:
        password = self.folder / "password"
        self.folder.mkdir(exist_ok=True)
        password.touch(mode=0o600)
        password.write_text(f"{self.person.password}\n")
        url = ("--url", self.running.stack.api_url)
        who = ("--user", self.person.name, "--password-file", str(password))
        self.run("config", "set", "store", "file")
        return self.run("login", *url, *who)

    @property
    def session_file(self) -> Path | None:
        return next((self.folder / "config/fileferry/sessions").glob("*.json"), None)

    def _hear_tokens(self) -> None:
        """The look at the logs knows the tokens of this command, too."""
        if file := self.session_file:
            access, refresh, _ = json.loads(json.loads(file.read_text())["session"])
            self.running.door.secrets.hear({"access_token": access, "refresh_token": refresh})
