"""pyftpdlib's server with a folder as its root, in a process of its own."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol, Tls
from tests.servers.ftp_certificate import make_certificate
from tests.servers.listening import Login, listening
from tests.servers.openssh import free_port

USER = "partner"


@contextmanager
def pyftpd(folder: Path, root: Path, tls: Tls | None = Tls.EXPLICIT) -> Iterator[Login]:
    """Without `tls` it is plain FTP."""
    file, pin = make_certificate(folder)
    port, password = free_port(), secrets.token_hex(8)
    pem = "-" if tls is None else str(file)
    command = [sys.executable, "-m", "tests.servers.pyftpd_server", str(port), str(root), password]
    command += [pem, *([tls.value] if tls else [])]
    protocol = Protocol.FTP if tls is None else Protocol.FTPS
    pins = () if tls is None else (pin,)
    with listening(command, port, folder / "log"):
        yield Login(port, USER, Credential(password=password), pins, protocol, tls)
