"""A key and a password of one account are used in the order in which a server asks for them."""

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    KeyRejected,
    LoginNotOffered,
    PartnerError,
    PasswordRejected,
    SecondFactorDemanded,
)
from tests.doubles.questioning_sftp import PASSWORD, QuestioningServer, questioning_server
from tests.servers.openssh import make_key
from tests.servers.sites import sftp_partners
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, by_password, log_in


def both(server: QuestioningServer, password: str = PASSWORD) -> Credential:
    return Credential(password=password, private_key=server.key)


@pytest.mark.parametrize(
    "habit",
    ["a key, then the password", "a key, then a question", "the password, then a key"],
)
def test_both_are_given_in_the_order_asked_for(habit: str) -> None:
    with questioning_server(habit) as server:
        sftp_partners().connect(server.destination, both(server)).close()
    assert server.connections == 1
    assert server.received.count(PASSWORD) == len(server.received)


@pytest.mark.parametrize("habit", ["a key, then the password", "a key, then a question"])
def test_a_wrong_password_after_a_good_key_is_told(habit: str) -> None:
    with questioning_server(habit) as server, pytest.raises(PasswordRejected):
        sftp_partners().connect(server.destination, both(server, "another"))


@pytest.mark.parametrize(
    ("habit", "told"),
    [
        ("a key, then the password", "password"),
        ("a key, then a question", "Password:"),
        ("a key, then a code", "Verification code:"),
    ],
)
def test_a_step_after_the_key_is_told(habit: str, told: str) -> None:
    with questioning_server(habit) as server, pytest.raises(SecondFactorDemanded) as caught:
        sftp_partners().connect(server.destination, Credential(private_key=server.key))
    assert caught.value.demand == told
    assert server.received == []


@pytest.mark.parametrize(
    ("habit", "told"),
    [
        ("the password, then a key", "publickey"),
        ("the password, then a question", "Password:"),
    ],
)
def test_a_password_is_not_given_a_second_time(habit: str, told: str) -> None:
    with questioning_server(habit) as server, pytest.raises(SecondFactorDemanded) as caught:
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))
    assert caught.value.demand == told
    assert server.received == [PASSWORD]


def test_what_the_server_does_not_take_is_told_with_what_it_takes() -> None:
    with questioning_server("a key, then a code") as server, pytest.raises(LoginNotOffered) as no:
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))
    assert (no.value.kind, no.value.offered) == ("password", "publickey")


@pytest.mark.parametrize("methods", ["publickey,password", "password,publickey"])
def test_openssh_gets_both_in_its_order(start_server: StartServer, methods: str) -> None:
    server = start_server(settings=[f"AuthenticationMethods {methods}"])
    key, password = by_key(server), by_password(server)
    log_in(server, Credential(password=password.password, private_key=key.private_key))
    with pytest.raises(PasswordRejected):
        log_in(server, Credential(password="another", private_key=key.private_key))
    other = make_key(server.folder / "other").read_text()
    with pytest.raises(KeyRejected):
        log_in(server, Credential(password=password.password, private_key=other))


def test_openssh_takes_either_where_either_will_do(start_server: StartServer) -> None:
    server = start_server()
    key, password = by_key(server), by_password(server)
    other = make_key(server.folder / "other").read_text()
    log_in(server, Credential(password=password.password, private_key=other))
    log_in(server, Credential(password="another", private_key=key.private_key))


def test_openssh_that_hangs_up_after_one_try_is_no_broken_line(start_server: StartServer) -> None:
    server = start_server(settings=["MaxAuthTries 1"])
    by_password(server)
    refused: list[type[PartnerError]] = []
    for credential in (
        Credential(password="another"),
        Credential(private_key=make_key(server.folder / "other").read_text()),
    ):
        with pytest.raises(PartnerError) as caught:
            log_in(server, credential)
        refused.append(type(caught.value))
    assert refused == [PasswordRejected, KeyRejected]


def test_a_refused_key_of_rsa_costs_the_password_no_try(start_server: StartServer) -> None:
    """Whether a server takes old signatures is asked last: OpenSSH counts it as a try."""
    server = start_server(settings=["MaxAuthTries 2"])
    password, other = by_password(server), make_key(server.folder / "other", "rsa").read_text()
    log_in(server, Credential(password=password.password, private_key=other))
