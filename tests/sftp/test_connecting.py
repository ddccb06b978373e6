"""Each way to be refused by a real server has its own error."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.address_guard import AddressGuard
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    AddressForbidden,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    FieldInvalid,
    HostKeyUnconfirmed,
    HostNotResolved,
    KeyRejected,
    LoginNotOffered,
    NoCommonAlgorithm,
    PasswordRejected,
    SecondFactorDemanded,
    SessionRefused,
)
from tests.fakes.partners import HOST_KEY
from tests.servers.openssh import free_port, make_key, public_key
from tests.servers.sites import destination, sftp_partners
from tests.servers.waiting import wait_for
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, by_password, log_in, place

SHORT_SECONDS = 0.5


def test_a_password_opens_a_session(start_server: StartServer) -> None:
    server = start_server()
    log_in(server, by_password(server))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_a_private_key_opens_a_session(
    start_server: StartServer, kind: str, passphrase: str
) -> None:
    server = start_server()
    key = make_key(server.folder / "another_key", kind, passphrase)
    (server.folder / "authorized_keys").write_text(str(public_key(key)) + "\n")
    log_in(server, Credential(private_key=key.read_text(), passphrase=passphrase or None))


def test_a_wrong_password_is_told(start_server: StartServer) -> None:
    server = start_server()
    by_password(server)
    with pytest.raises(PasswordRejected) as caught:
        log_in(server, Credential(password="not this one"))
    assert "not this one" not in str(caught.value)
    assert not caught.value.retryable


def test_a_password_where_only_keys_count_is_told(start_server: StartServer) -> None:
    server = start_server(settings=["PasswordAuthentication no"])
    with pytest.raises(LoginNotOffered, match="only: publickey"):
        log_in(server, Credential(password="whatever"))


def test_a_key_that_is_not_authorised_is_told_with_its_fingerprint(
    start_server: StartServer, tmp_path: Path
) -> None:
    key = make_key(tmp_path / "stranger")
    with pytest.raises(KeyRejected) as caught:
        log_in(start_server(), Credential(private_key=key.read_text()))
    assert caught.value.fingerprint == public_key(key).fingerprint


def test_a_further_login_step_is_told(start_server: StartServer) -> None:
    server = start_server(settings=["AuthenticationMethods publickey,password"])
    with pytest.raises(SecondFactorDemanded, match="'password'"):
        log_in(server, by_key(server))


def test_an_unreadable_key_is_told_before_anything_is_sent(start_server: StartServer) -> None:
    server = start_server()
    connections = server.log.count("Connection from")
    with pytest.raises(FieldInvalid, match="private_key"):
        log_in(server, Credential(private_key="-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n"))
    assert server.log.count("Connection from") == connections


def test_a_port_without_a_server_refuses() -> None:
    with pytest.raises(ConnectionRefused):
        sftp_partners().offered_host_key(destination(free_port(), "u", "/", []))


@contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """Accepts one connection, sends `answer` and closes it. With None it stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as silent:

        def serve() -> None:
            connection, _ = listening.accept()
            if answer is None:
                connection.settimeout(10)
                with connection:
                    while connection.recv(4096):
                        pass
                return
            with connection:
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listening.getsockname()[1])
        silent.connect(listening.getsockname())  # ends an accept that nobody came to
        thread.join(10)


def test_a_server_that_never_answers_times_out() -> None:
    started = time.monotonic()
    with listener(None) as port, pytest.raises(ConnectionTimedOut):
        sftp_partners(SHORT_SECONDS).offered_host_key(destination(port, "u", "/", []))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 400 Bad Request\r\n\r\n"])
def test_a_connection_closed_before_the_banner_may_be_retried(answer: bytes) -> None:
    with listener(answer) as port, pytest.raises(ConnectionLost) as caught:
        sftp_partners().offered_host_key(destination(port, "u", "/", []))
    assert caught.value.retryable


def test_too_many_half_open_connections_may_be_retried(start_server: StartServer) -> None:
    server = start_server(settings=["MaxStartups 1:100:1"])

    def half_open() -> socket.socket | None:
        connection = socket.create_connection(("127.0.0.1", server.port))
        if connection.recv(4) == b"SSH-":
            return connection
        connection.close()  # the look whether the server is up still counts
        return None

    with wait_for(half_open, "a connection"), pytest.raises(ConnectionLost) as caught:
        sftp_partners().offered_host_key(place(server))
    assert caught.value.retryable


def test_a_name_without_address_is_told() -> None:
    target = replace(destination(22, "u", "/", []), host="no-such-partner.invalid")
    with pytest.raises(HostNotResolved):
        sftp_partners().offered_host_key(target)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "2130706433"])
def test_our_own_network_is_out_of_reach(start_server: StartServer, host: str) -> None:
    server = start_server()
    connections = server.log.count("Connection from")
    partners = SftpPartners(AddressGuard(), SHORT_SECONDS)
    with pytest.raises(AddressForbidden):
        partners.connect(replace(place(server), host=host), by_key(server))
    assert server.log.count("Connection from") == connections


def test_a_login_without_sftp_is_told(start_server: StartServer) -> None:
    server = start_server(subsystem="other internal-sftp")
    with pytest.raises(SessionRefused):
        log_in(server, by_key(server))


def test_an_sftp_server_that_ends_at_once_starts_no_session(start_server: StartServer) -> None:
    server = start_server(subsystem="sftp internal-sftp -f NONE")
    with pytest.raises(SessionRefused, match="at once"):
        log_in(server, by_key(server))


@pytest.mark.parametrize(
    "setting", ["Ciphers aes128-cbc", "KexAlgorithms diffie-hellman-group1-sha1"]
)
def test_a_server_with_old_algorithms_only_is_told(start_server: StartServer, setting: str) -> None:
    server = start_server(settings=[setting])
    with pytest.raises(NoCommonAlgorithm) as caught:
        log_in(server, by_key(server))
    assert not caught.value.retryable


@pytest.mark.parametrize("cipher", ["aes256-gcm@openssh.com", "aes256-ctr"])
def test_servers_without_the_preferred_cipher_work(start_server: StartServer, cipher: str) -> None:
    server = start_server(settings=[f"Ciphers {cipher}"])
    log_in(server, by_key(server))


def test_nothing_about_a_login_is_logged(
    start_server: StartServer, caplog: pytest.LogCaptureFixture
) -> None:
    server = start_server()
    with caplog.at_level(logging.DEBUG):
        log_in(server, by_key(server))
        with pytest.raises(PasswordRejected):
            log_in(server, Credential(password="hunter2 hunter2"))
    assert caplog.text == ""


def test_no_thread_outlives_its_session(start_server: StartServer) -> None:
    server = start_server()
    before = set(threading.enumerate())
    log_in(server, by_key(server))
    with pytest.raises(HostKeyUnconfirmed):
        sftp_partners().connect(replace(place(server), host_keys=()), by_key(server))
    assert set(threading.enumerate()) <= before


def wanted_for(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def test_a_login_that_nobody_wants_any_more_ends_at_once() -> None:
    started = time.monotonic()
    with listener(None) as port:
        target = destination(port, "u", "/", [HOST_KEY])
        with pytest.raises(ConnectionLost):
            sftp_partners().connect(target, Credential(password="x"), wanted_for(SHORT_SECONDS))
    assert time.monotonic() - started < 10
