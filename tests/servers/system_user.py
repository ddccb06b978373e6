"""A system user for sshd's password login. It is made for one test run and removed after it."""

import os
import pwd
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.servers import require_program
from tests.servers.waiting import wait_for

PREFIX = "ferry-test-"
# The usual hash costs a tenth of a second at each login. The password lives for one run only.
QUICK_HASH = ("--crypt-method", "SHA512", "--sha-rounds", "1000")
NO_LOGIN = "/usr/sbin/nologin"  # enough for SFTP inside of sshd


@dataclass(frozen=True)
class SystemUser:
    name: str
    password: str | None  # None for the user who runs the tests, whose password is unknown
    uid: int
    gid: int


@contextmanager
def system_user(shell: str = NO_LOGIN) -> Iterator[SystemUser]:
    """A fresh user when root runs the tests, otherwise the current one, with their own shell."""
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        yield SystemUser(entry.pw_name, None, entry.pw_uid, entry.pw_gid)
        return
    useradd = require_program("useradd", "passwd")
    _remove_leftovers()
    name, password = f"{PREFIX}{os.getpid()}-{secrets.token_hex(2)}", secrets.token_hex(16)
    _run([str(useradd), "--no-create-home", "--home-dir", "/", "--shell", shell, name])
    try:
        chpasswd = str(require_program("chpasswd", "passwd"))
        _run([chpasswd, *QUICK_HASH], f"{name}:{password}\n")
        entry = pwd.getpwnam(name)
        yield SystemUser(name, password, entry.pw_uid, entry.pw_gid)
    finally:
        _run(["userdel", name])


@contextmanager
def expired(user: SystemUser) -> Iterator[None]:
    """The user has to choose a new password at the next login."""
    chage = str(require_program("chage", "passwd"))
    _run([chage, "--lastday", "0", user.name])
    try:
        yield
    finally:
        _run([chage, "--lastday", "-1", user.name])


def _remove_leftovers() -> None:
    """Users of test runs that were killed. Their name has the number of a process that is gone."""
    for entry in pwd.getpwall():
        match = re.fullmatch(f"{PREFIX}([0-9]+)-.*", entry.pw_name)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            _run(["userdel", entry.pw_name])


def _run(command: list[str], text: str | None = None) -> None:
    """Tries again while another run holds the lock of the password file."""

    def done() -> bool:
        ended = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if ended.returncode and "lock" not in ended.stderr:
            raise AssertionError(f"{command[0]}: {ended.stderr}")
        return ended.returncode == 0

    wait_for(done, command[0])
