"""Fixtures for every folder of tests that talks to real servers."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers.emulator import Emulator, emulator
from tests.servers.ftp_sites import FtpServers
from tests.servers.sites import shared_folder
from tests.servers.system_user import SystemUser, system_user


@pytest.fixture(scope="session")
def server_user() -> Iterator[SystemUser]:
    """The user that the partner's server lets in."""
    with system_user() as user:
        yield user


@pytest.fixture
def partner_folder(server_user: SystemUser) -> Iterator[Path]:
    """Only its folder 'in' belongs to the server's user."""
    with shared_folder(server_user) as folder:
        yield folder


@pytest.fixture(scope="session")
def ftp_servers(server_user: SystemUser) -> Iterator[FtpServers]:
    with shared_folder(server_user) as folder, ExitStack() as running:
        yield FtpServers(folder, server_user, running)


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """All tests share one. Each makes resources under names of its own."""
    with emulator(tmp_path_factory.mktemp("ministack")) as running:
        yield running
