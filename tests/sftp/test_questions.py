"""A password answers the one question that is for it, and nothing else that a server asks."""

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    PasswordExpired,
    PasswordRejected,
    ProtocolViolation,
    SecondFactorDemanded,
)
from tests.doubles.questioning_sftp import PASSWORD, questioning_server
from tests.servers.sites import sftp_partners

RIGHT, WRONG = Credential(password=PASSWORD), Credential(password="another")


@pytest.mark.parametrize("habit", ["one question", "one question that asks again", "information"])
def test_the_password_answers_the_only_question(habit: str) -> None:
    with questioning_server(habit) as server:
        sftp_partners().connect(server.destination, RIGHT).close()
    assert (server.received, server.connections) == ([PASSWORD], 1)


@pytest.mark.parametrize("habit", ["one question", "one question that asks again"])
def test_a_wrong_answer_is_a_rejected_password(habit: str) -> None:
    with questioning_server(habit) as server, pytest.raises(PasswordRejected):
        sftp_partners().connect(server.destination, WRONG)
    assert server.received == ["another"]


@pytest.mark.parametrize(
    ("habit", "told", "received"),
    [
        ("two questions at once", "Password: Verification code:", []),
        ("a question that echoes", "Name:", []),
        ("a code first", "Verification code:", []),
        ("a code after it", "Verification code:", [PASSWORD]),
        ("another text after it", "Pet?", [PASSWORD]),
    ],
)
def test_any_other_question_ends_the_login_with_its_text(
    habit: str, told: str, received: list[str]
) -> None:
    with questioning_server(habit) as server, pytest.raises(SecondFactorDemanded) as caught:
        sftp_partners().connect(server.destination, RIGHT)
    assert caught.value.demand == told
    assert not caught.value.retryable
    assert server.received == received


@pytest.mark.parametrize(
    ("habit", "told", "received"),
    [
        ("a change first", "Current password:", []),
        ("a change after it", "New password:", [PASSWORD]),
        ("a change told apart", "New password:", [PASSWORD]),
        ("the same question for a change", "required to change your password", [PASSWORD]),
        ("a change of the password", "?[31mSet a new one", [PASSWORD]),
    ],
)
def test_no_server_gets_a_new_password(habit: str, told: str, received: list[str]) -> None:
    with questioning_server(habit) as server, pytest.raises(PasswordExpired) as caught:
        sftp_partners().connect(server.destination, RIGHT)
    assert told in caught.value.demand
    assert not caught.value.retryable
    assert server.received == received


def test_questions_without_end_end_the_login() -> None:
    with (
        questioning_server("questions without end") as server,
        pytest.raises(SecondFactorDemanded) as caught,
    ):
        sftp_partners().connect(server.destination, RIGHT)
    assert len(caught.value.demand) == 200


def test_a_server_that_informs_for_ever_is_left() -> None:
    with questioning_server("information for ever") as server, pytest.raises(ProtocolViolation):
        sftp_partners().connect(server.destination, RIGHT)
    assert server.received == []


def test_a_server_that_hangs_up_in_place_of_refusing_has_refused() -> None:
    with questioning_server("an end of the connection") as server, pytest.raises(PasswordRejected):
        sftp_partners().connect(server.destination, WRONG)
    assert server.connections == 1
