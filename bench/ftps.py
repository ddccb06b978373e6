"""A large file over FTPS to vsftpd, beside rclone and lftp.

lftp reads the file from memory, because it speaks no S3. Nobody checks the server's certificate but
FileFerry, which pins it.

    python -m bench.ftps [--megabytes 2000] [--rounds 3]
"""

import argparse
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.ours import Ours, ours
from bench.place import BIG, BUCKET, Place, big_file, ending_well, place, users_of
from bench.rclone import Rclone, find_rclone
from bench.rows import Rows, Run
from infra.local.measure import cpu_seconds
from tests.servers.listening import HOST, Login
from tests.servers.system_user import system_user
from tests.servers.vsftpd import vsftpd

TLS12 = "--ftp-disable-tls13"  # without it each upload of rclone's ends with 426 at vsftpd
LFTP = "set ssl:verify-certificate no; set ftp:ssl-force yes; set ftp:ssl-protect-data yes"


@dataclass(frozen=True)
class FtpServer:
    at: Place
    login: Login
    pid: int

    @property
    def password(self) -> str:
        return self.login.credential.password or ""


@contextmanager
def ftp_server(at: Place) -> Iterator[FtpServer]:
    """vsftpd wants a user of its own, who then owns the target."""
    with system_user() as user:
        at.folder.chmod(0o711)
        os.chown(at.target, user.uid, user.gid)
        folder = at.folder / "vsftpd"
        with vsftpd(folder, user) as login:
            yield FtpServer(at, login, min(users_of(folder)))


def rclone_to(server: FtpServer) -> Rclone:
    obscured = subprocess.run(
        [find_rclone(), "obscure", server.password], check=True, capture_output=True, text=True
    )
    remote = {
        "TYPE": "ftp",
        "HOST": HOST,
        "PORT": str(server.login.port),
        "USER": server.login.user,
        "PASS": obscured.stdout.strip(),
        "EXPLICIT_TLS": "true",
        "NO_CHECK_CERTIFICATE": "true",
    }
    return Rclone(server.at, {f"RCLONE_CONFIG_FTP_{name}": value for name, value in remote.items()})


def lftp(server: FtpServer) -> Run:
    at = server.at
    wish = f"{LFTP}; put {at.bucket / BIG} -o {at.target / BIG}; bye"
    where = ["-u", f"{server.login.user},{server.password}", f"ftp://{HOST}:{server.login.port}"]
    cpu, server_cpu, began = os.times(), cpu_seconds(server.pid), time.monotonic()
    subprocess.run(["lftp", "-e", wish, *where], check=True, stdin=subprocess.DEVNULL)
    seconds, after = time.monotonic() - began, os.times()
    return Run(
        seconds=seconds,
        size=at.received_bytes(),
        engine_cpu=(after[2] + after[3]) - (cpu[2] + cpu[3]),
        server_cpu=cpu_seconds(server.pid) - server_cpu,
    )


def register(we: Ours, server: FtpServer) -> None:
    wish = {
        "id": "ftps",
        "name": "FTPS",
        "protocol": "ftps",
        "host": HOST,
        "port": server.login.port,
        "user": server.login.user,
        "password": server.password,
        "base_path": str(server.at.target),
        "max_sessions": 10,
        "host_keys": [str(key) for key in server.login.host_keys],
    }
    we.admin.call("POST", "/api/destinations", wish)
    tested = we.admin.call("POST", "/api/destinations/ftps/test")
    if tested["status"] != "ok":
        raise RuntimeError(f"the test of vsftpd: {tested}")


def measure(given: argparse.Namespace) -> None:
    size = given.megabytes * 1_000_000
    with place(big_file(size)) as at, ftp_server(at) as server, ours(at) as we:
        rclone = rclone_to(server)
        rows = Rows(f"{given.megabytes} MB over FTPS, vsftpd", ("rclone", "lftp"))
        register(we, server)
        for number in range(given.rounds):
            at.clear()
            target = f"ftp:{at.target}/{BIG}"
            source = f"s3:{BUCKET}/{BIG}"
            rows.add("rclone", rclone.run("copyto", source, target, TLS12, server_pid=server.pid))
            at.clear()
            if shutil.which("lftp"):
                rows.add("lftp", lftp(server))
            if number == 0:
                we.big(destination_id="ftps")  # warm
            at.clear()
            rows.add("FileFerry", we.big(destination_id="ftps", server_pid=server.pid))
        rows.show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with ending_well():
        if os.geteuid() != 0:
            print("\n**FTPS**: not measured, only root's vsftpd can log users in.")
        else:
            measure(given)


if __name__ == "__main__":
    main()
