"""What a server says at the login: its banner, a shell's text, and what it cannot agree on."""

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    ConnectionLost,
    KeyRejected,
    NoCommonAlgorithm,
    PasswordExpired,
    ServerPrintsText,
    SessionRefused,
)
from tests.doubles.questioning_sftp import PASSWORD, questioning_server
from tests.servers.openssh import make_key, public_key
from tests.servers.sites import sftp_partners
from tests.servers.system_user import expired
from tests.sftp.conftest import StartServer
from tests.sftp.logging_in import by_key, by_password, log_in, place


def test_the_banner_is_kept_short_and_clean() -> None:
    with (
        questioning_server("a banner") as server,
        sftp_partners().connect(server.destination, Credential(password=PASSWORD)) as session,
    ):
        banner = session.login_facts().banner
    assert banner is not None
    assert banner.startswith("Property of ACME. Go ?[31maway! xxx")
    assert len(banner) == 200


def test_openssh_shows_its_banner(start_server: StartServer, partner_folder: object) -> None:
    server = start_server()
    server.stop()
    (server.folder / "banner").write_text("Authorised use only.\n")
    server.settings = [f"Banner {server.folder / 'banner'}"]
    server.start()
    with sftp_partners().connect(place(server), by_key(server)) as session:
        assert session.login_facts().banner == "Authorised use only."


def test_no_banner_is_none(start_server: StartServer) -> None:
    server = start_server()
    with sftp_partners().connect(place(server), by_key(server)) as session:
        assert session.login_facts().banner is None


def test_a_shell_that_prints_is_quoted() -> None:
    with (
        questioning_server("a shell that prints") as server,
        pytest.raises(ServerPrintsText) as caught,
    ):
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))
    assert caught.value.text == "Welcome to ?[1mACME?[0m!"
    assert "login shell" in str(caught.value)


def test_openssh_with_a_shell_that_prints_is_quoted(start_server: StartServer) -> None:
    server = start_server(subsystem="sftp echo Welcome to ACME")
    with pytest.raises(ServerPrintsText) as caught:
        log_in(server, by_key(server))
    # the shell of the system user that root makes is nologin, which prints its own text
    assert caught.value.text in ("Welcome to ACME", "This account is currently not available.")


@pytest.mark.parametrize("habit", ["a shell that complains", "a shell that complains, and an end"])
def test_what_a_shell_complains_about_is_quoted(habit: str) -> None:
    with (
        questioning_server(habit) as server,
        pytest.raises(SessionRefused, match="it said 'No room") as caught,
    ):
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))
    assert "\x1b" not in str(caught.value)


def test_the_last_word_of_a_server_is_told() -> None:
    with (
        questioning_server("an end with a word") as server,
        pytest.raises(ConnectionLost, match=r"broke \(Maintenance at \?noon\)"),
    ):
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))


def test_a_shell_that_wants_another_password_is_told() -> None:
    with (
        questioning_server("a shell that wants a change") as server,
        pytest.raises(PasswordExpired) as caught,
    ):
        sftp_partners().connect(server.destination, Credential(password=PASSWORD))
    assert caught.value.demand == "Password change required but no TTY available."


@pytest.mark.parametrize("habit", ["old signatures", "old signatures, unannounced"])
def test_a_server_for_old_signatures_only_is_told_with_both_offers(habit: str) -> None:
    with (
        questioning_server(habit, "ssh-rsa") as server,
        pytest.raises(NoCommonAlgorithm, match="rsa-sha2-512, rsa-sha2-256") as caught,
    ):
        sftp_partners().connect(server.destination, Credential(private_key=server.key))
    assert (caught.value.offered, caught.value.retryable) == ("ssh-rsa", False)


def test_openssh_for_old_signatures_only_is_told_too(start_server: StartServer) -> None:
    server = start_server(settings=["PubkeyAcceptedAlgorithms ssh-rsa"])
    key = make_key(server.folder / "rsa", "rsa")
    with pytest.raises(KeyRejected):
        log_in(server, Credential(private_key=key.read_text()))
    (server.folder / "authorized_keys").write_text(str(public_key(key)) + "\n")
    with pytest.raises(NoCommonAlgorithm, match="ssh-rsa"):
        log_in(server, Credential(private_key=key.read_text()))


@pytest.mark.parametrize(
    ("settings", "kind", "offered"),
    [
        ("Ciphers aes128-cbc,3des-cbc", "cipher", "aes128-cbc, 3des-cbc"),
        (
            "KexAlgorithms diffie-hellman-group1-sha1",
            "key exchange",
            "diffie-hellman-group1-sha1",
        ),
        ("MACs hmac-md5", "MAC", "hmac-md5"),
        ("HostKeyAlgorithms ssh-rsa", "host key algorithm", "ssh-rsa"),
    ],
)
def test_what_the_server_offers_is_told(
    start_server: StartServer, settings: str, kind: str, offered: str
) -> None:
    kinds = ("rsa",) if kind == "host key algorithm" else ("ed25519",)
    server = start_server(settings=[settings], host_key_kinds=kinds)
    with pytest.raises(NoCommonAlgorithm) as caught:
        log_in(server, by_key(server))
    assert (caught.value.kind, caught.value.offered) == (kind, offered)
    assert caught.value.accepted


def test_an_expired_password_in_the_dialogue_of_pam_is_told(start_server: StartServer) -> None:
    server = start_server(settings=["UsePAM yes", "PasswordAuthentication no"])
    credential = by_password(server)
    with expired(server.user), pytest.raises(PasswordExpired) as caught:
        log_in(server, credential)
    assert caught.value.demand.startswith("You are required to change your password")
    log_in(server, credential)


@pytest.mark.parametrize("settings", ["UsePAM no", "UsePAM yes"])
def test_an_expired_password_that_openssh_keeps_quiet_about_is_suggested(
    start_server: StartServer, settings: str
) -> None:
    """It lets the user in, ends the session at once and says why only to a terminal."""
    server = start_server(settings=[settings])
    credential = by_password(server)
    with expired(server.user), pytest.raises(SessionRefused, match="password has expired"):
        log_in(server, credential)
    log_in(server, credential)
