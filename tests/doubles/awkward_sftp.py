"""An SFTP server with every habit that partners' servers have. A user's name asks for habits.

python -m tests.doubles.awkward_sftp --root FOLDER --ready-file FILE

Log in as `plain`, or as habits joined by '+': `no-reopen`, `no-remove+stat-denied`. The password is
'secret'. Each user has a root folder of their own, FOLDER/<user>, with the folders 'in' and
'processed'. FOLDER/<user>.json counts their calls by kind, up to the last session that ended.
"""

import argparse
import asyncio
import json
import signal
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from infra.local.sftp_server import CIPHERS, HOST, PACKET_BYTES, WINDOW_BYTES, Channel, public_line
from tests.doubles.awkward_server import IN, PROCESSED, AwkwardSftpServer
from tests.doubles.habits import Habit, habits_of, most_sessions

PASSWORD = "secret"


class AnyHabits(asyncssh.SSHServer):
    """Lets in every user whose name is made of habits, as often at once as these allow."""

    def __init__(self, sessions: Counter[str]) -> None:
        self._sessions, self._user = sessions, ""
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        if self._user:
            self._sessions[self._user] -= 1

    def auth_completed(self) -> None:
        if self._connection is not None and Habit.REFUSES_LATER in self._habits and self._too_many:
            self._connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, "too many sessions")

    @property
    def _habits(self) -> frozenset[Habit]:
        return habits_of(self._user) or frozenset()

    @property
    def _too_many(self) -> bool:
        most = most_sessions(self._habits)
        return most is not None and self._sessions[self._user] > most

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if password != PASSWORD or habits_of(username) is None:
            return False
        self._user = username
        self._sessions[username] += 1
        later = {Habit.REFUSES_LATER, Habit.REFUSES_SFTP} & self._habits
        return bool(later) or not self._too_many


@dataclass
class AwkwardSftp:
    root: Path
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sessions: Counter[str] = field(default_factory=Counter)  # open now, by user
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )

    async def listen(self, port: int = 0) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: AnyHabits(self.sessions),
            HOST,
            port,
            server_host_keys=[self.key],
            sftp_factory=self._serve,
            encryption_algs=CIPHERS,
            compression_algs=None,
            window=WINDOW_BYTES,
            max_pktsize=PACKET_BYTES,
            server_version="Awkward",
            allow_scp=False,
        )

    def _serve(self, channel: Channel) -> asyncssh.SFTPServer:
        user = str(channel.get_extra_info("username"))
        habits, most = habits_of(user) or frozenset(), most_sessions(habits_of(user) or ())
        if Habit.REFUSES_SFTP in habits and most is not None and self.sessions[user] > most:
            channel.close()
        return CountingServer(self, channel, user, habits)

    def write_counts(self, user: str) -> None:
        """Renamed into place, so that nobody reads half of it."""
        new = self.root / f"{user}.json.new"
        new.write_text(json.dumps(self.counts[user]))
        new.replace(self.root / f"{user}.json")


class CountingServer(AwkwardSftpServer):
    def __init__(
        self, program: AwkwardSftp, channel: Channel, user: str, habits: frozenset[Habit]
    ) -> None:
        root = make_folders(program.root, user)
        super().__init__(channel, root, habits, program.counts[user])
        self._program, self._user = program, user

    def exit(self) -> None:
        self._program.write_counts(self._user)


def make_folders(root: Path, user: str) -> Path:
    for name in (IN, PROCESSED):
        (root / user / name).mkdir(parents=True, exist_ok=True)
    return root / user


async def serve(root: Path, ready_file: Path, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    program = AwkwardSftp(root)
    acceptor = await program.listen(port)
    ready = {"port": acceptor.get_port(), "host_key": public_line(program.key)}
    unfinished = ready_file.with_name(ready_file.name + ".new")
    unfinished.write_text(json.dumps(ready))
    unfinished.replace(ready_file)
    try:
        await stop.wait()
    finally:
        acceptor.close()
        await acceptor.wait_closed()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ready-file", type=Path, required=True, help="{port, host_key} as JSON")
    options = parser.parse_args()
    asyncio.run(serve(options.root, options.ready_file, options.port))


if __name__ == "__main__":
    main()
