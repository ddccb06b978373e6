"""Real OpenSSH servers with whatever settings a test needs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.servers.fixtures import partner_folder, server_user
from tests.servers.openssh import OpenSshServer
from tests.servers.system_user import SystemUser

__all__ = ["partner_folder", "server_user"]

StartServer = Callable[..., OpenSshServer]


@pytest.fixture
def start_server(partner_folder: Path, server_user: SystemUser) -> Iterator[StartServer]:
    """Starts an OpenSshServer with these keywords. It ends after the test."""
    with ExitStack() as running:

        def start(**settings: Any) -> OpenSshServer:  # noqa: ANN401 - those of OpenSshServer
            server = OpenSshServer(partner_folder / "state", server_user, **settings)
            server.start()
            running.callback(server.stop)
            return server

        yield start
