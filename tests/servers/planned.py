"""Every partner that a plan is made for: those of whole transfers, and some more of a test only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol, Tls
from services.transfer.domain.if_exists import IfExists
from tests.doubles.attacking_ftp import ForgetsRestart
from tests.doubles.good_ftp import GoodFtp, serving
from tests.doubles.habits import Habit
from tests.servers.embedded import USER, inner_server
from tests.servers.listening import Login
from tests.servers.partners import PARTNERS, Make, Needs, Partner, awkward
from tests.servers.proftpd import DIGESTS, GOES_ON, proftpd_ftp
from tests.servers.pureftpd import pureftpd
from tests.servers.pyftpd import pyftpd
from tests.servers.sites import shared_folder
from tests.servers.vsftpd import vsftpd

WITH_A_TRANSFER = {
    "double, rename-slow": (Habit.RENAME_SLOW,),
    "double, fsync-lies": (Habit.FSYNC_LIES,),
    "double, statvfs-nonsense": (Habit.STATVFS_NONSENSE,),
    "double, limits-lie": (Habit.LIMITS_LIE,),
    "double, limits-cut": (Habit.LIMITS_CUT,),
    "double, one-at-once": (Habit.ONE_AT_ONCE,),
    "double, two-at-once": (Habit.TWO_AT_ONCE,),
    "double, two at once, refuses later": (Habit.TWO_AT_ONCE, Habit.REFUSES_LATER),
    "double, two at once, refuses SFTP": (Habit.TWO_AT_ONCE, Habit.REFUSES_SFTP),
    "double, one at once, refuses SFTP": (Habit.ONE_AT_ONCE, Habit.REFUSES_SFTP),
}


@contextmanager
def asyncssh_partner(needs: Needs) -> Iterator[Partner]:
    """The local stack's own server."""
    with (
        shared_folder(needs.user) as folder,
        inner_server(folder, "secret") as server,
    ):
        credential = Credential(password="secret")
        yield Partner(Login(server.port, USER, credential, server.host_keys), "/in", folder / "in")


def pyftpd_with(tls: Tls | None) -> Make:
    @contextmanager
    def make(needs: Needs) -> Iterator[Partner]:
        with (
            shared_folder(needs.user) as folder,
            pyftpd(folder / "state", folder, tls) as login,
        ):
            yield Partner(login, "/in", folder / "in")

    return make


@contextmanager
def pureftpd_partner(needs: Needs) -> Iterator[Partner]:
    with (
        shared_folder(needs.user) as folder,
        pureftpd(folder / "state", needs.user, folder) as login,
    ):
        yield Partner(login, "/in", folder / "in")


@contextmanager
def proftpd_that_goes_on(needs: Needs) -> Iterator[Partner]:
    with (
        shared_folder(needs.user) as folder,
        proftpd_ftp(folder / "state", needs.user, settings=(*GOES_ON, *DIGESTS)) as login,
    ):
        yield Partner(login, f"{folder}/in", folder / "in")


@contextmanager
def vsftpd_implicit(needs: Needs) -> Iterator[Partner]:
    with (
        shared_folder(needs.user) as folder,
        vsftpd(folder / "state", needs.user, Tls.IMPLICIT) as login,
    ):
        yield Partner(login, f"{folder}/in", folder / "in")


def ftp_double(kind: type[GoodFtp]) -> Make:
    """Its files are in memory."""

    @contextmanager
    def make(_needs: Needs) -> Iterator[Partner]:
        with serving(kind) as (port, _):
            login = Login(port, "anybody", Credential(password="secret"), (), Protocol.FTP)
            yield Partner(login, "/", Path(), if_exists=IfExists.REPLACE)

    return make


PLANNED: dict[str, Make] = {
    **PARTNERS,
    **{name: awkward(*habits) for name, habits in WITH_A_TRANSFER.items()},
    "double, slow": awkward(Habit.SLOW),
    "asyncssh": asyncssh_partner,
    "pyftpdlib, FTPS": pyftpd_with(Tls.EXPLICIT),
    "pyftpdlib, plain FTP": pyftpd_with(None),
    "Pure-FTPd, FTPS": pureftpd_partner,
    "ProFTPD, FTPS, stores over files": proftpd_that_goes_on,
    "vsftpd, implicit FTPS": vsftpd_implicit,
    "double, good FTP": ftp_double(GoodFtp),
    "double, FTP that forgets REST": ftp_double(ForgetsRestart),
}
