"""An SFTP server with one of many habits at the login, built after bug reports of other clients.

It runs in a thread of the test, so that the test sees what the server received.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from services.transfer.domain.destination import Destination
from services.transfer.domain.host_key import HostKey
from tests.servers.sites import destination

PASSWORD = "the password"
PASSWORD_QUESTION = ("Password: ", False)
CODE_QUESTION = ("Verification code: ", False)
CURRENT, NEW = ("Current password: ", False), ("New password: ", False)
EXPIRED = "You are required to change your password immediately (administrator enforced)."

Round = tuple[str, list[tuple[str, bool]]]  # instruction, questions with whether they echo


@dataclass(frozen=True)
class Habit:
    """`steps` are the methods that must go well, one after the other."""

    steps: Sequence[str] = ("keyboard-interactive",)
    rounds: Sequence[Round] = (("", [PASSWORD_QUESTION]),)
    asks_again: bool = False  # after a wrong answer, instead of refusing
    demands_change: str | None = None  # the text of its SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
    hangs_up: bool = False  # instead of refusing a password
    banner: str | None = None
    signatures: Sequence[str] = ()
    announces: bool = True  # the signatures that it takes
    shell_prints: bytes | None = None  # and ends then
    complains: bool = False  # prints on its error output instead
    leaves: str | None = None  # the last word of its SSH_MSG_DISCONNECT, after what it prints


HABITS = {
    "one question": Habit(),
    "one question that asks again": Habit(asks_again=True),
    "two questions at once": Habit(rounds=[("", [PASSWORD_QUESTION, CODE_QUESTION])]),
    "questions without end": Habit(rounds=[("", [("Q" * 99, False)] * 16)]),
    "a question that echoes": Habit(rounds=[("", [("Name: ", True)])]),
    "a code first": Habit(rounds=[("", [CODE_QUESTION]), ("", [PASSWORD_QUESTION])]),
    "a code after it": Habit(rounds=[("", [PASSWORD_QUESTION]), ("", [CODE_QUESTION])]),
    "another text after it": Habit(rounds=[("", [PASSWORD_QUESTION]), ("", [("Pet?", False)])]),
    "a change first": Habit(rounds=[(EXPIRED, [CURRENT]), ("", [NEW])]),
    "a change after it": Habit(rounds=[("", [PASSWORD_QUESTION]), (EXPIRED, [NEW])]),
    "a change told apart": Habit(rounds=[("", [PASSWORD_QUESTION]), (EXPIRED, []), ("", [NEW])]),
    "the same question for a change": Habit(
        rounds=[("", [PASSWORD_QUESTION]), (EXPIRED, [PASSWORD_QUESTION])]
    ),
    "information": Habit(
        rounds=[("Welcome", []), ("", [PASSWORD_QUESTION]), ("Last login: today", [])]
    ),
    "information for ever": Habit(rounds=[("Wait", [])] * 100),
    "a change of the password": Habit(["password"], demands_change="\x1b[31mSet a new one"),
    "an end of the connection": Habit(["password"], hangs_up=True),
    "a key, then the password": Habit(["publickey", "password"]),
    "a key, then a question": Habit(["publickey", "keyboard-interactive"]),
    "a key, then a code": Habit(
        ["publickey", "keyboard-interactive"], rounds=[("", [CODE_QUESTION])]
    ),
    "the password, then a key": Habit(["password", "publickey"]),
    "the password, then a question": Habit(["password", "keyboard-interactive"]),
    "old signatures": Habit(["publickey"], signatures=["ssh-rsa"]),
    "old signatures, unannounced": Habit(["publickey"], signatures=["ssh-rsa"], announces=False),
    "a banner": Habit(
        ["password"], banner="Property of ACME.\r\nGo \x1b[31maway!\r\n" + "x" * 9000
    ),
    "a shell that complains": Habit(
        ["password"], shell_prints=b"No room for \x1b[1myou", complains=True
    ),
    "a shell that complains, and an end": Habit(
        ["password"], shell_prints=b"No room for \x1b[1myou", complains=True, leaves="Bye"
    ),
    "an end with a word": Habit(["password"], shell_prints=b"", leaves="Maintenance at \x1bnoon"),
    "a shell that wants a change": Habit(
        ["password"],
        shell_prints=b"Password change required but no TTY available.\n",
        complains=True,
    ),
    "a shell that prints": Habit(["password"], shell_prints=b"Welcome to \x1b[1mACME\x1b[0m!\n"),
}


@dataclass
class QuestioningServer:
    """`received` has all passwords and answers, in order."""

    key: str  # the private one of the user, in PEM
    destination: Destination = field(init=False)
    received: list[str] = field(default_factory=list)
    connections: int = 0


class _Connection(asyncssh.SSHServer):
    def __init__(self, habit: Habit, server: QuestioningServer) -> None:
        self._habit, self._server = habit, server
        self._step, self._round = 0, 0
        server.connections += 1

    def connection_made(self, conn: Any) -> None:  # noqa: ANN401 - SSHServerConnection, with private parts
        self._conn, self._succeed = conn, conn.send_userauth_success
        conn.send_userauth_success = self._next_step
        if not self._habit.announces:
            conn._send_ext_info = lambda: None
        if self._habit.signatures:
            self._validate, conn.validate_public_key = conn.validate_public_key, self._old_only

    async def _old_only(self, user: str, key: bytes, message: bytes, signature: bytes) -> bool:
        """asyncssh itself takes every signature of a key."""
        name = b"ssh-rsa"
        old = not message or signature.startswith(len(name).to_bytes(4) + name)
        return old and await self._validate(user, key, message, signature)

    async def _next_step(self) -> None:
        self._step += 1
        if self._step == len(self._habit.steps):
            await self._succeed()
        else:
            self._conn.send_userauth_failure(True)

    def _now(self, method: str) -> bool:
        return self._step < len(self._habit.steps) and self._habit.steps[self._step] == method

    def session_requested(self) -> "_Shell":
        return _Shell(self._habit)

    def begin_auth(self, username: str) -> bool:
        if self._habit.banner:
            self._conn.send_auth_banner(self._habit.banner)
        return True

    def password_auth_supported(self) -> bool:
        return self._now("password")

    def public_key_auth_supported(self) -> bool:
        return self._now("publickey")

    def kbdint_auth_supported(self) -> bool:
        return self._now("keyboard-interactive")

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key == asyncssh.import_private_key(self._server.key).convert_to_public()

    def validate_password(self, username: str, password: str) -> bool:
        self._server.received.append(password)
        if self._habit.demands_change:
            raise asyncssh.PasswordChangeRequired(self._habit.demands_change)
        if self._habit.hangs_up:
            code = asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE
            raise asyncssh.DisconnectError(code, "No more tries")
        return password == PASSWORD

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:  # noqa: ANN401
        return self._challenge()

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:  # noqa: ANN401
        self._server.received += responses
        if responses and responses[0] != PASSWORD:
            return self._challenge() if self._habit.asks_again else False
        self._round += 1
        return self._round == len(self._habit.rounds) or self._challenge()

    def _challenge(self) -> tuple[str, str, str, list[tuple[str, bool]]]:
        instruction, questions = self._habit.rounds[self._round]
        return "", instruction, "", questions


class _Shell(asyncssh.SSHServerSession[bytes]):
    """Runs in place of the SFTP server."""

    def __init__(self, habit: Habit) -> None:
        assert habit.shell_prints is not None
        self._printed, self._complains = habit.shell_prints, habit.complains
        self._leaves = habit.leaves

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        self._channel = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        return True

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """The client's first packet."""
        write = self._channel.write_stderr if self._complains else self._channel.write
        write(self._printed)
        if self._leaves is None:
            self._channel.exit(0)
        else:
            connection: Any = self._channel.get_connection()
            connection._send_disconnect(asyncssh.DISC_BY_APPLICATION, self._leaves, "en")
            connection._transport.close()


@contextmanager
def questioning_server(name: str, kind: str = "ssh-ed25519") -> Iterator[QuestioningServer]:
    """`kind` is that of the user's key."""
    habit, host_key = HABITS[name], asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    key = asyncssh.generate_private_key(kind).export_private_key().decode()
    server = QuestioningServer(key)

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: _Connection(habit, server),
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            signature_algs=habit.signatures,
            encoding=None,
            sftp_factory=habit.shell_prints is None,
        )

    async def stop(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        await acceptor.wait_closed()

    try:
        acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        pinned = HostKey.parse(host_key.export_public_key().decode())
        server.destination = destination(acceptor.get_port(), "anybody", "/", [pinned])
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(stop(acceptor), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
