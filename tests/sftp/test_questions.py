"""Servers that take a password only as the answer to a question."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import asyncssh
import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import PasswordRejected
from services.transfer.domain.host_key import HostKey
from tests.servers.sites import destination, sftp_partners


class AskingServer(asyncssh.SSHServer):
    """Lets everybody in who answers the first question rightly."""

    def __init__(self, questions: int) -> None:
        self._questions = questions

    def begin_auth(self, username: str) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "", [(f"Question {n}: ", False) for n in range(self._questions)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return responses[0] == "the password"


@contextmanager
def asking_server(questions: int) -> Iterator[Destination]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: AskingServer(questions),
            "127.0.0.1",
            0,
            server_host_keys=[key],
            sftp_factory=True,
        )

    async def stop(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        await acceptor.wait_closed()

    try:
        acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        pinned = HostKey.parse(key.export_public_key().decode())
        yield destination(acceptor.get_port(), "anybody", "/", [pinned])
        asyncio.run_coroutine_threadsafe(stop(acceptor), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def test_the_password_answers_the_only_question() -> None:
    with asking_server(1) as target:
        sftp_partners().connect(target, Credential(password="the password")).close()


def test_a_wrong_answer_is_a_rejected_password() -> None:
    with asking_server(1) as target, pytest.raises(PasswordRejected):
        sftp_partners().connect(target, Credential(password="another"))


def test_the_password_is_no_answer_to_several_questions() -> None:
    with asking_server(2) as target, pytest.raises(PasswordRejected):
        sftp_partners().connect(target, Credential(password="the password"))
