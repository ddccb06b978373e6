"""A real dropbear. It runs OpenSSH's sftp-server through the user's shell."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.host_key import HostKey
from tests.servers import require_program, unavailable
from tests.servers.listening import HOST, Login, listening
from tests.servers.openssh import free_port
from tests.servers.system_user import SystemUser

PACKAGE = "dropbear-bin"
SFTP_SERVER = Path("/usr/lib/sftp-server")  # compiled into Debian's dropbear


@contextmanager
def dropbear(folder: Path, user: SystemUser) -> Iterator[Login]:
    """`user` needs a shell that logs in."""
    program = require_program("dropbear", PACKAGE)
    if user.password is None:
        unavailable("dropbear's password login needs a system user, which only root can make")
    if not SFTP_SERVER.exists():
        unavailable(f"{SFTP_SERVER} is missing (Debian package openssh-sftp-server)")
    folder.mkdir(parents=True, exist_ok=True)
    key, port = folder / "host_key", free_port()
    keygen = require_program("dropbearkey", PACKAGE)
    made = subprocess.run(
        [keygen, "-t", "ed25519", "-f", key], check=True, capture_output=True, text=True
    )
    public = next(line for line in made.stdout.splitlines() if line.startswith("ssh-"))
    command: list[str | Path] = [
        program,
        "-F",
        "-E",
        "-r",
        key,
        "-p",
        f"{HOST}:{port}",
        "-P",
        folder / "pid",
    ]
    with listening(command, port, folder / "log"):
        credential = Credential(password=user.password)
        yield Login(port, user.name, credential, (HostKey.parse(public),))
