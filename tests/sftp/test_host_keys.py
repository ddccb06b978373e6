"""No secret goes to a server whose host key is not pinned. A partner may rotate its keys."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import paramiko
import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import HostKeyChanged, HostKeyUnconfirmed
from services.transfer.domain.host_key import HostKey
from tests.doubles.attacking_keys import break_after_keys
from tests.doubles.attacking_sftp import listen
from tests.fakes.partners import HOST_KEY
from tests.servers.openssh import make_key, public_key
from tests.servers.sites import destination, sftp_partners
from tests.servers.waiting import wait_for
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, log_in, place


def test_a_changed_host_key_stops_before_the_login_and_names_both(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(settings=["LogLevel DEBUG1"])
    pinned = public_key(make_key(tmp_path / "old_host_key"))
    with pytest.raises(HostKeyChanged) as caught:
        sftp_partners().connect(replace(place(server), host_keys=(pinned,)), by_key(server))
    assert pinned.fingerprint in str(caught.value)
    assert server.host_keys[0].fingerprint in str(caught.value)
    wait_for(lambda: "[preauth]" in server.log, "the server noticed that we left")
    assert "userauth-request" not in server.log
    log_in(server, by_key(server))
    assert "userauth-request" in server.log  # so the line above would have shown an attempt


@pytest.mark.parametrize("pins", [(HOST_KEY,), ()])
def test_another_host_key_is_told_also_of_a_server_that_breaks_a_rule(
    pins: tuple[HostKey, ...],
) -> None:
    port = listen(partial(break_after_keys, paramiko.ECDSAKey.generate()))
    with pytest.raises(HostKeyChanged if pins else HostKeyUnconfirmed):
        sftp_partners().connect(destination(port, "u", "/", pins), Credential(password="x"))


def test_without_a_pin_the_offered_key_is_named_and_nothing_is_sent(
    start_server: StartServer,
) -> None:
    server = start_server(settings=["LogLevel DEBUG1"])
    with pytest.raises(HostKeyUnconfirmed) as caught:
        sftp_partners().connect(replace(place(server), host_keys=()), by_key(server))
    assert server.host_keys[0].fingerprint in str(caught.value)
    wait_for(lambda: "[preauth]" in server.log, "the server noticed that we left")
    assert "userauth-request" not in server.log


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_server_with_several_keys_shows_the_pinned_one(
    start_server: StartServer, index: int
) -> None:
    server = start_server(host_key_kinds=("ed25519", "ecdsa", "rsa"))
    pinned = server.host_keys[index]
    target = replace(place(server), host_keys=(pinned,))
    with sftp_partners().connect(target, by_key(server)) as session:
        assert session.host_key_fingerprint == pinned.fingerprint


def test_a_partner_may_rotate_between_two_pinned_keys(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    coming = public_key(make_key(tmp_path / "coming", "rsa"))
    target = replace(place(server), host_keys=(coming, *server.host_keys))
    with sftp_partners().connect(target, by_key(server)) as session:
        assert session.host_key_fingerprint == server.host_keys[0].fingerprint
