"""A real Pure-FTPd. Its users, certificate and log are in one folder."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol, Tls
from tests.servers import require_program, unavailable
from tests.servers.ftp_certificate import make_certificate
from tests.servers.listening import HOST, Login, listening
from tests.servers.openssh import free_port
from tests.servers.system_user import SystemUser

USER, PASSWORD = "partner", "secret"
TLS_ONLY = "3"  # refuses logins and data without it


@contextmanager
def pureftpd(
    folder: Path,
    user: SystemUser,
    root: Path,
    tls: Tls | None = Tls.EXPLICIT,
    options: Sequence[str] = (),
) -> Iterator[Login]:
    """`root` is the user's own. It knows explicit TLS only."""
    program = require_program("pure-ftpd", "pure-ftpd")
    if os.geteuid() != 0:
        unavailable("only root's Pure-FTPd can change its user")
    file, pin = make_certificate(folder)
    users, port = _users(folder, user, root), free_port()
    command: list[str | Path] = [program, "-S", f"{HOST},{port}", "-l", f"puredb:{users}"]
    command += ["-E", "-H", "-A", "-j", "-u", "1", "-4", "-g", folder / "pid", *options]
    if tls is not None:
        command += ["-Y", TLS_ONLY, f"--certfile={file}"]
    protocol = Protocol.FTP if tls is None else Protocol.FTPS
    pins = () if tls is None else (pin,)
    with listening(command, port, folder / "log"):
        yield Login(port, USER, Credential(password=PASSWORD), pins, protocol, tls)


def _users(folder: Path, user: SystemUser, root: Path) -> Path:
    names, database = folder / "passwd", folder / "users.pdb"
    command: list[str | Path] = [require_program("pure-pw", "pure-ftpd"), "useradd", USER]
    command += ["-f", names, "-F", database, "-u", str(user.uid), "-g", str(user.gid)]
    command += ["-d", root, "-m"]
    told = f"{PASSWORD}\n{PASSWORD}\n"
    subprocess.run(command, input=told, check=True, capture_output=True, text=True)
    return database
