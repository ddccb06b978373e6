"""The local stack's SFTP server has one user and one folder, and ends cleanly."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import FolderMissing, PasswordRejected
from tests.servers.embedded import REPOSITORY, USER, EmbeddedServer
from tests.servers.sites import destination, sftp_partners, size_at


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    embedded = EmbeddedServer(tmp_path / "state", tmp_path / "root", "the password")
    embedded.start()
    yield embedded
    embedded.stop()


def place(server: EmbeddedServer) -> Destination:
    return destination(server.port, USER, "", server.host_keys)


def test_only_its_user_with_the_password_gets_in(server: EmbeddedServer) -> None:
    sftp_partners().connect(place(server), Credential(password="the password")).close()
    with pytest.raises(PasswordRejected):
        sftp_partners().connect(place(server), Credential(password="another"))
    with pytest.raises(PasswordRejected):
        sftp_partners().connect(
            replace(place(server), user="root"), Credential(password="the password")
        )


def test_it_keeps_its_host_key_over_a_restart(server: EmbeddedServer) -> None:
    before = server.host_keys
    server.stop()
    server.start()
    assert server.host_keys == before
    assert (server.folder / "host_key").stat().st_mode & 0o077 == 0


def test_nothing_outside_of_its_folder_is_reached(server: EmbeddedServer) -> None:
    (server.root.parent / "secret").write_text("secret")
    with sftp_partners().connect(place(server), Credential(password="the password")) as session:
        assert size_at(session, "/../secret") is None
        with pytest.raises(FolderMissing):
            session.create_file("/../state/part").close()


def test_it_ends_with_open_sessions_too(server: EmbeddedServer) -> None:
    with sftp_partners().connect(place(server), Credential(password="the password")) as session:
        session.create_file("/part").close()
        server.stop()
    assert not (server.folder / "ready.json").exists()


def test_without_any_way_to_log_in_it_does_not_start(tmp_path: Path) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "infra.local.sftp_server",
        "--root",
        tmp_path,
    ]
    command += ["--host-key", tmp_path / "key", "--user", "u", "--ready-file", tmp_path / "ready"]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--password-file" in ended.stderr
