"""A real vsftpd. Its configuration, certificate and log are in one folder."""

import os
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

# PAM's rules for sshd take a user without a shell. Those for vsftpd do not.
PAM_SERVICE = "sshd"


@contextmanager
def vsftpd(
    folder: Path,
    user: SystemUser,
    tls: Tls | None = Tls.EXPLICIT,
    settings: Sequence[str] = (),
) -> Iterator[Login]:
    """Its root is that of the system. `require_ssl_reuse` is on, as by default."""
    program = require_program("vsftpd", "vsftpd")
    if os.geteuid() != 0 or user.password is None:
        unavailable("only root's vsftpd can log users in")
    file, pin = make_certificate(folder)
    port = free_port()
    lines = [*_usual_settings(folder, port), *(_encrypted(file, tls) if tls else ()), *settings]
    configuration = folder / "vsftpd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    configuration.chmod(0o600)
    protocol = Protocol.FTP if tls is None else Protocol.FTPS
    pins = () if tls is None else (pin,)
    with listening([program, configuration], port, folder / "log"):
        yield Login(port, user.name, Credential(password=user.password), pins, protocol, tls)


def _usual_settings(folder: Path, port: int) -> Iterator[str]:
    empty = folder / "empty"
    empty.mkdir(mode=0o555, exist_ok=True)
    yield "listen=YES"
    yield "listen_ipv6=NO"
    yield "background=NO"
    yield f"listen_address={HOST}"
    yield f"listen_port={port}"
    yield "anonymous_enable=NO"
    yield "local_enable=YES"
    yield "write_enable=YES"
    yield "local_umask=022"
    yield f"pam_service_name={PAM_SERVICE}"
    yield f"secure_chroot_dir={empty}"
    yield "xferlog_enable=NO"
    yield "seccomp_sandbox=NO"
    yield "delay_failed_login=0"
    yield "max_per_ip=0"


def _encrypted(file: Path, tls: Tls) -> Iterator[str]:
    yield "ssl_enable=YES"
    yield "allow_anon_ssl=NO"
    yield "force_local_logins_ssl=YES"
    yield "force_local_data_ssl=YES"
    yield "require_ssl_reuse=YES"
    yield "ssl_ciphers=HIGH"
    yield f"rsa_cert_file={file}"
    yield f"rsa_private_key_file={file}"
    if tls is Tls.IMPLICIT:
        yield "implicit_ssl=YES"
