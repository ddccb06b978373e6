"""A real ProFTPD with mod_sftp. Its configuration, keys, users and log are in one folder."""

import grp
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from tests.servers import require_program
from tests.servers.listening import HOST, Login, listening
from tests.servers.openssh import free_port, make_key, public_key
from tests.servers.system_user import SystemUser

PACKAGE = "proftpd-core"
MODULES = Path("/usr/lib/proftpd")


@contextmanager
def proftpd(folder: Path, user: SystemUser, settings: Sequence[str] = ()) -> Iterator[Login]:
    """Debian's, with its defaults but for `settings`, which are lines of its configuration."""
    program = require_program("proftpd", PACKAGE)
    if not (MODULES / "mod_sftp.so").exists():
        require_program("proftpd's mod_sftp", "proftpd-mod-crypto")
    folder.mkdir(parents=True, exist_ok=True)
    host_key, user_key, port = make_key(folder / "host_key"), make_key(folder / "key"), free_port()
    _let_in(folder, user, user_key)
    configuration = folder / "proftpd.conf"
    configuration.write_text("\n".join([*_usual_settings(folder, user, port), *settings]) + "\n")
    command: list[str | Path] = [program, "--nodaemon", "--quiet", "--config", configuration]
    with listening(command, port, folder / "log"):
        credential = Credential(private_key=user_key.read_text())
        yield Login(port, user.name, credential, (public_key(host_key),))


def _let_in(folder: Path, user: SystemUser, key: Path) -> None:
    """A user of the server's own file, with the numbers of the system user."""
    entry = f"{user.name}:*:{user.uid}:{user.gid}::/:/bin/false\n"
    users = folder / "users"
    users.touch(mode=0o600)
    users.write_text(entry)
    keygen = require_program("ssh-keygen", "openssh-client")
    told = subprocess.run([keygen, "-e", "-f", key], check=True, capture_output=True)
    (folder / "authorized_keys").write_bytes(told.stdout)  # in the form of RFC 4716
    os.chmod(folder / "authorized_keys", 0o644)


def _usual_settings(folder: Path, user: SystemUser, port: int) -> Iterator[str]:
    yield f"ModulePath {MODULES}"
    yield "LoadModule mod_sftp.c"
    yield 'ServerName "partner"'
    yield "ServerType standalone"
    yield f"Port {port}"
    yield f"DefaultAddress {HOST}"
    yield "SocketBindTight on"
    yield "UseReverseDNS off"
    yield f"User {user.name}"
    yield f"Group {grp.getgrgid(user.gid).gr_name}"
    yield f"PidFile {folder / 'pid'}"
    yield f"ScoreboardFile {folder / 'scoreboard'}"
    yield f"SystemLog {folder / 'log'}"
    yield "TransferLog none"
    yield "WtmpLog off"
    yield "DelayEngine off"
    yield "RequireValidShell off"
    yield "UseFtpUsers off"
    yield "AuthOrder mod_auth_file.c"
    yield f"AuthUserFile {folder / 'users'}"
    yield "SFTPEngine on"
    yield f"SFTPHostKey {folder / 'host_key'}"
    yield f"SFTPAuthorizedUserKeys file:{folder / 'authorized_keys'}"
    yield f"SFTPLog {folder / 'sftp_log'}"
