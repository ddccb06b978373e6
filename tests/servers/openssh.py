"""A real sshd, with its own configuration, keys and log in one folder."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.transfer.domain.host_key import HostKey
from tests.servers import require_program
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for

PRIVILEGE_FOLDER = Path("/run/sshd")  # compiled into Debian's sshd, which refuses to start without


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    keygen = require_program("ssh-keygen", "openssh-client")
    subprocess.run(
        [keygen, "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", path],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def public_key(path: Path) -> HostKey:
    return HostKey.parse(path.with_name(path.name + ".pub").read_text())


@dataclass
class OpenSshServer:
    """`settings` are lines of sshd_config that replace the usual ones."""

    folder: Path
    user: SystemUser
    settings: Sequence[str] = ()
    host_key_kinds: Sequence[str] = ("ed25519",)
    subsystem: str = "sftp internal-sftp"
    port: int = field(default_factory=free_port)
    _running: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for kind in self.host_key_kinds:
            make_key(self._host_key(kind), kind)
        self.user_key = make_key(self.folder / "user_key")
        (self.folder / "authorized_keys").write_text(str(public_key(self.user_key)) + "\n")

    @property
    def host_keys(self) -> tuple[HostKey, ...]:
        return tuple(public_key(self._host_key(kind)) for kind in self.host_key_kinds)

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        sshd = require_program("sshd", "openssh-server")
        if os.geteuid() == 0:
            PRIVILEGE_FOLDER.mkdir(mode=0o755, exist_ok=True)
        configuration = self.folder / "sshd_config"
        configuration.write_text("\n".join(self._all_settings()) + "\n")
        with (self.folder / "log").open("ab") as log:
            self._running = subprocess.Popen([sshd, "-D", "-e", "-f", configuration], stderr=log)
        wait_for(self._listens, f"sshd on port {self.port}; its log: {self.log}")

    def stop(self) -> None:
        if self._running is not None:
            sessions = self._descendants()
            self._running.terminate()
            self._running.wait(10)
            self._running = None
            _kill(sessions)

    def kill(self) -> None:
        """Ends the server and all its sessions at once with kill -9."""
        assert self._running is not None
        sessions = self._descendants()
        self._running.kill()
        self._running.wait(10)
        self._running = None
        _kill(sessions)

    def freeze_sessions(self) -> None:
        """The sessions stay connected and do nothing any more, until `stop` or `kill`."""
        for process in self._descendants():
            os.kill(process, signal.SIGSTOP)

    def _host_key(self, kind: str) -> Path:
        return self.folder / f"host_key_{kind}"

    def _all_settings(self) -> list[str]:
        chosen = {line.split()[0] for line in self.settings}
        usual = [line for line in self._usual_settings() if line.split()[0] not in chosen]
        return [*self.settings, *usual]

    def _usual_settings(self) -> Iterable[str]:
        yield f"Port {self.port}"
        yield "ListenAddress 127.0.0.1"
        for kind in self.host_key_kinds:
            yield f"HostKey {self._host_key(kind)}"
        yield "PidFile none"
        yield f"AuthorizedKeysFile {self.folder / 'authorized_keys'}"
        yield "StrictModes no"
        yield "UsePAM no"
        yield f"AllowUsers {self.user.name}"
        yield "PasswordAuthentication yes"
        yield "MaxStartups 100"
        yield "LogLevel VERBOSE"
        yield f"Subsystem {self.subsystem}"

    def _listens(self) -> bool:
        assert self._running is not None
        if self._running.poll() is not None:
            raise AssertionError(f"sshd ended at once: {self.log}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _descendants(self) -> list[int]:
        """Sessions have process groups of their own, so they are found by their parents."""
        assert self._running is not None
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                children.setdefault(parent, []).append(int(entry.name))
        found, generation = [], [self._running.pid]
        while generation:
            generation = [child for parent in generation for child in children.get(parent, [])]
            found += generation
        return found


def _kill(processes: Iterable[int]) -> None:
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
