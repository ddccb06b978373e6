"""The client's side of the login takes only answers to what it asked."""

import socket
import time
from collections.abc import Iterator

import paramiko
import pytest

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_authentication import Authentication
from services.transfer.adapters.ssh_questions import about_a_code, about_a_new_password
from services.transfer.adapters.ssh_transport import PartnerTransport
from services.transfer.adapters.ssh_userauth import (
    BANNER,
    FAILURE,
    REPLY_OF_METHOD,
    SUCCESS,
    UserAuth,
)


@pytest.fixture
def transport() -> Iterator[PartnerTransport]:
    """A connection on which nothing was exchanged."""
    ours, theirs = socket.socketpair()
    with theirs, PartnerSocket(fileno=ours.detach()) as connection:
        yield PartnerTransport(connection)


@pytest.mark.parametrize("kind", [SUCCESS, FAILURE, REPLY_OF_METHOD])
def test_an_answer_that_nobody_asked_for_ends_the_connection(
    transport: PartnerTransport, kind: int
) -> None:
    login = UserAuth(transport, "ferry", time.monotonic() + 10)
    with pytest.raises(paramiko.SSHException, match="nobody asked for"):
        login._handler_table[kind](paramiko.Message(b"\0" * 100))
    assert not login.is_authenticated()
    reason = transport.sock.reason("h", 22)
    assert reason is not None
    assert reason.code == "protocol_violation"


def test_the_password_does_not_show_in_what_logs_in(transport: PartnerTransport) -> None:
    login = UserAuth(transport, "ferry", time.monotonic() + 10)
    shown = repr(Authentication(login, "h", "ferry", None, "hunter2"))
    assert "hunter2" not in shown


def test_no_banner_is_none(transport: PartnerTransport) -> None:
    assert UserAuth(transport, "ferry", time.monotonic() + 10).banner is None


def test_banners_without_end_are_cut(transport: PartnerTransport) -> None:
    login = UserAuth(transport, "ferry", time.monotonic() + 10)
    banner = paramiko.Message()
    banner.add_string("Keep\r\n out!\x07 \u202e" + "x" * 100_000)
    for _ in range(100):
        banner.rewind()
        login._handler_table[BANNER](banner)
    assert login.banner is not None
    assert login.banner.startswith("Keep out!? ?xxx")
    assert len(login.banner) == 200


@pytest.mark.parametrize(
    "text",
    [
        "New password: ",
        "Current password:",
        "(current) UNIX password: ",
        "Retype new password: ",
        "You are required to change your password immediately (administrator enforced).",
        "WARNING: Your password has expired.",
        "Password change required but no TTY available.",
        "Your password must be changed",
    ],
)
def test_a_demand_for_a_new_password_is_known(text: str) -> None:
    assert about_a_new_password(text)
    assert not about_a_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "Verification code: ",
        "One-time password (OATH) for `ferry': ",
        "OTP: ",
        "Enter PASSCODE: ",
        "Passcode or option (1-1): ",
        "SMS code",
        "Enter your PIN:",
        "Token: ",
    ],
)
def test_a_question_for_a_code_is_known(text: str) -> None:
    assert about_a_code(text)
    assert not about_a_new_password(text)


@pytest.mark.parametrize(
    "text",
    ["Password: ", "ferry's password:", "pin@sftp.example's password: ", "Passwort:", "Kennwort?"],
)
def test_a_question_for_the_password_is_neither(text: str) -> None:
    assert not about_a_code(text)
    assert not about_a_new_password(text)
