"""The SFTP servers of partners beside a local stack."""

import os
from dataclasses import dataclass
from pathlib import Path

from infra.local.emulator import HOST
from infra.local.programs import Program
from infra.local.stack_programs import StackPrograms

USER = "demo"


@dataclass(frozen=True)
class SftpServer:
    """A server with the root folder `root`. `host_key` is '<algorithm> <base64>'."""

    host: str
    port: int
    user: str
    password: str
    host_key: str
    root: Path
    program: Program


def serve_sftp(
    programs: StackPrograms, folder: Path, name: str, root: Path, port: int
) -> SftpServer:
    """Starts it if it does not run. Its secrets are in `folder`, and stay the same."""
    folder.mkdir(parents=True, exist_ok=True)
    root.mkdir(parents=True, exist_ok=True)
    password = folder / "password"
    if not password.exists():
        password.touch(mode=0o600)
        password.write_text(os.urandom(12).hex() + "\n")
    programs.serve(
        *(name, "infra.local.sftp_server", "--root", str(root.resolve()), "--user", USER),
        *("--host-key", str(folder / "host_key"), "--password-file", str(password)),
        port=port,
    )
    told = programs.told(name)
    secret = password.read_text().strip()
    return SftpServer(HOST, told["port"], USER, secret, told["host_key"], root, programs[name])
