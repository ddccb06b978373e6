"""A real ProFTPD with mod_sftp or mod_tls. Its configuration, keys, users and log are in one
folder."""

import grp
import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol, Tls
from tests.servers import require_program
from tests.servers.ftp_certificate import make_certificate
from tests.servers.listening import HOST, Login, listening
from tests.servers.openssh import free_port, make_key, public_key
from tests.servers.system_user import SystemUser

PACKAGE = "proftpd-core"
MODULES = Path("/usr/lib/proftpd")
GOES_ON = ("AllowOverwrite on", "AllowStoreRestart on")  # of FTP: a file is opened again
DIGESTS = ("LoadModule mod_digest.c",)  # HASH, XCRC and others


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


@contextmanager
def proftpd_ftp(
    folder: Path,
    user: SystemUser,
    tls: Tls | None = Tls.EXPLICIT,
    settings: Sequence[str] = (),
) -> Iterator[Login]:
    """FTP with mod_tls, which demands by default that data connections resume its session."""
    program = require_program("proftpd", PACKAGE)
    file, pin = make_certificate(folder)
    port, password = free_port(), secrets.token_hex(8)
    _let_in_by_password(folder, user, password)
    lines = [*_server_settings(folder, user, port), *settings]
    lines += _encrypted(folder, file, tls) if tls else ()
    configuration = folder / "proftpd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    protocol = Protocol.FTP if tls is None else Protocol.FTPS
    command: list[str | Path] = [program, "--nodaemon", "--quiet", "--config", configuration]
    with listening(command, port, folder / "log"):
        credential, pins = Credential(password=password), () if tls is None else (pin,)
        yield Login(port, user.name, credential, pins, protocol, tls)


def _let_in_by_password(folder: Path, user: SystemUser, password: str) -> None:
    openssl = require_program("openssl", "openssl")
    command: list[str | Path] = [openssl, "passwd", "-6", "-stdin"]
    hashed = subprocess.run(command, input=password, check=True, capture_output=True, text=True)
    users = folder / "users"
    users.touch(mode=0o600)
    users.write_text(f"{user.name}:{hashed.stdout.strip()}:{user.uid}:{user.gid}::/:/bin/false\n")


def _encrypted(folder: Path, file: Path, tls: Tls) -> Iterator[str]:
    yield "LoadModule mod_tls.c"
    yield "TLSEngine on"
    yield f"TLSLog {folder / 'tls_log'}"
    yield "TLSRequired on"
    yield f"TLSECCertificateFile {file}"
    yield f"TLSECCertificateKeyFile {file}"
    if tls is Tls.IMPLICIT:
        yield "TLSOptions UseImplicitSSL"


def _usual_settings(folder: Path, user: SystemUser, port: int) -> Iterator[str]:
    yield from _server_settings(folder, user, port)
    yield "LoadModule mod_sftp.c"
    yield "SFTPEngine on"
    yield f"SFTPHostKey {folder / 'host_key'}"
    yield f"SFTPAuthorizedUserKeys file:{folder / 'authorized_keys'}"
    yield f"SFTPLog {folder / 'sftp_log'}"


def _server_settings(folder: Path, user: SystemUser, port: int) -> Iterator[str]:
    yield f"ModulePath {MODULES}"
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
