"""Every partner that whole transfers are tried at: real servers, and a double of each habit."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.if_exists import IfExists
from tests.doubles.awkward_server import IN, PROCESSED
from tests.doubles.awkward_sftp import PASSWORD
from tests.doubles.habits import Habit, user_name
from tests.servers import unavailable
from tests.servers.awkward import AwkwardProgram
from tests.servers.dropbear import dropbear
from tests.servers.listening import Login
from tests.servers.openssh import OpenSshServer
from tests.servers.proftpd import proftpd, proftpd_ftp
from tests.servers.rclone_serve import rclone_serve
from tests.servers.sites import destination, sftp_partners, shared_folder
from tests.servers.system_user import SystemUser, system_user
from tests.servers.vsftpd import vsftpd
from tests.servers.waiting import wait_for

# Below /tmp, which everybody may write to, sshd accepts no ChrootDirectory.
CHROOT_PARENT = Path("/var/lib")
DROP_BOX = (Habit.NO_READ, Habit.NO_REMOVE, Habit.NO_RENAME, Habit.STAT_DENIED)
# They are in tests/servers/planned.py, with their plans and one transfer each.
ELSEWHERE = (
    *(Habit.RENAME_SLOW, Habit.FSYNC_LIES, Habit.STATVFS_NONSENSE, Habit.LIMITS_LIE),
    *(Habit.LIMITS_CUT, Habit.ONE_AT_ONCE, Habit.TWO_AT_ONCE, Habit.REFUSES_LATER),
    *(Habit.REFUSES_SFTP, Habit.SLOW, Habit.CODE_PAGE),
)
SOON_WRITTEN = ("--vfs-write-back", "50ms")  # what is in the cache, to the disk that tests look at


@dataclass(frozen=True)
class Partner:
    """`folder` is the base folder as the test sees it. `removes` tells whether anybody can do so
    there. `taken` is where the partner moves what arrives. The last three are what is chosen for
    it, because nothing else can be promised there."""

    login: Login
    base_path: str
    folder: Path
    removes: bool = True
    taken: Path | None = None
    delivery: Delivery = Delivery.ATOMIC
    if_exists: IfExists = IfExists.FAIL
    probe_writes: bool = True


@dataclass(frozen=True)
class Needs:
    """What partners are made of. The double serves all of its partners at once."""

    user: SystemUser
    awkward: AwkwardProgram


Make = Callable[[Needs], AbstractContextManager[Partner]]


def openssh(*refused: str, settings: Sequence[str] = ()) -> Make:
    """`refused` are requests as `sftp-server -P` names them."""
    subsystem = "sftp internal-sftp" + (f" -P {','.join(refused)}" if refused else "")

    @contextmanager
    def make(needs: Needs) -> Iterator[Partner]:
        with shared_folder(needs.user) as folder:
            server = OpenSshServer(folder / "state", needs.user, settings, subsystem=subsystem)
            with running(server) as login:
                yield Partner(
                    login,
                    f"{folder}/in",
                    folder / "in",
                    removes="remove" not in refused,
                    delivery=Delivery.DIRECT if "rename" in refused else Delivery.ATOMIC,
                )

    return make


@contextmanager
def openssh_chroot(needs: Needs) -> Iterator[Partner]:
    """A folder of its own as '/', and files that only their owner may read."""
    if os.geteuid() != 0:
        unavailable("only root's sshd can change its root folder")
    folder = Path(tempfile.mkdtemp(prefix="fileferry-", dir=CHROOT_PARENT))
    try:
        folder.chmod(0o755)
        (folder / "in").mkdir()
        os.chown(folder / "in", needs.user.uid, needs.user.gid)
        settings = [f"ChrootDirectory {folder}", "ForceCommand internal-sftp -u 077"]
        with running(OpenSshServer(folder / "state", needs.user, settings)) as login:
            yield Partner(login, "/in", folder / "in")
    finally:
        shutil.rmtree(folder)


@contextmanager
def openssh_one_login(needs: Needs) -> Iterator[Partner]:
    """Who has not logged in yet keeps all others out."""
    with openssh(settings=["MaxStartups 1:100:1"])(needs) as partner:
        wait_for(lambda: lets_in(partner), "a login after the look whether the server is up")
        yield partner


def lets_in(partner: Partner) -> bool:
    login = partner.login
    target = destination(login.port, login.user, partner.base_path, login.host_keys)
    try:
        sftp_partners().connect(target, login.credential).close()
    except ConnectionLost:
        return False
    return True


@contextmanager
def running(server: OpenSshServer) -> Iterator[Login]:
    server.start()
    try:
        key = Credential(private_key=server.user_key.read_text())
        yield Login(server.port, server.user.name, key, server.host_keys)
    finally:
        server.stop()


def proftpd_with(*settings: str, deletes: bool = True) -> Make:

    @contextmanager
    def make(needs: Needs) -> Iterator[Partner]:
        with (
            shared_folder(needs.user) as folder,
            proftpd(folder / "state", needs.user, settings) as login,
        ):
            yield Partner(login, f"{folder}/in", folder / "in", deletes)

    return make


@contextmanager
def dropbear_partner(needs: Needs) -> Iterator[Partner]:
    with (
        system_user("/bin/sh") as user,
        shared_folder(user) as folder,
        dropbear(folder / "state", user) as login,
    ):
        yield Partner(login, f"{folder}/in", folder / "in")


def rclone_with(*options: str) -> Make:
    @contextmanager
    def make(needs: Needs) -> Iterator[Partner]:
        with shared_folder(needs.user) as folder:
            root = folder / "root"  # without the server's own state
            (root / "in").mkdir(parents=True)
            with rclone_serve(folder / "state", root, options) as login:
                yield Partner(login, "/in", root / "in")

    return make


def awkward(*habits: Habit, probe_writes: bool = True) -> Make:
    def make(needs: Needs) -> AbstractContextManager[Partner]:
        program, user = needs.awkward, user_name(habits)
        root = program.fresh_folder(habits)
        direct = {Habit.NO_RENAME, Habit.TAKES_AWAY} & set(habits)
        blind = {Habit.STAT_DENIED, Habit.NOTHING_THERE, Habit.TAKES_AWAY} & set(habits)
        partner = Partner(
            Login(program.port, user, Credential(password=PASSWORD), program.host_keys),
            "/in",
            root / IN,
            removes=Habit.NO_REMOVE not in habits,
            taken=root / PROCESSED if Habit.TAKES_AWAY in habits else None,
            delivery=Delivery.DIRECT if direct else Delivery.ATOMIC,
            if_exists=IfExists.REPLACE if direct and blind else IfExists.FAIL,
            probe_writes=probe_writes,
        )
        return nullcontext(partner)

    return make


@contextmanager
def vsftpd_partner(needs: Needs) -> Iterator[Partner]:
    with (
        shared_folder(needs.user) as folder,
        vsftpd(folder / "state", needs.user) as login,
    ):
        yield Partner(login, f"{folder}/in", folder / "in")


@contextmanager
def proftpd_ftps_partner(needs: Needs) -> Iterator[Partner]:
    with (
        shared_folder(needs.user) as folder,
        proftpd_ftp(folder / "state", needs.user) as login,
    ):
        yield Partner(login, f"{folder}/in", folder / "in")


PARTNERS: dict[str, Make] = {
    "OpenSSH": openssh(),
    "OpenSSH, no posix-rename, no fsync": openssh("posix-rename", "fsync"),
    "OpenSSH, no remove": openssh("remove"),
    "OpenSSH, no stat": openssh("stat", "lstat", "fstat"),
    "OpenSSH, no rename": openssh("rename", "posix-rename"),
    "OpenSSH, no setstat": openssh("setstat", "fsetstat", "lsetstat"),
    "OpenSSH, no read": openssh("read"),
    "OpenSSH, one session a connection": openssh(settings=["MaxSessions 1"]),
    "OpenSSH, one login at a time": openssh_one_login,
    "OpenSSH, chroot, umask 077": openssh_chroot,
    "ProFTPD": proftpd_with(),
    "ProFTPD, AllowOverwrite": proftpd_with("AllowOverwrite on"),
    "ProFTPD, HiddenStores": proftpd_with("HiddenStores on"),
    "ProFTPD, AllowOverwrite, HiddenStores": proftpd_with("AllowOverwrite on", "HiddenStores on"),
    "ProFTPD, no DELE": proftpd_with("<Limit DELE>", "DenyAll", "</Limit>", deletes=False),
    "dropbear": dropbear_partner,
    "rclone": rclone_with(),
    "rclone, cache full": rclone_with("--vfs-cache-mode", "full", *SOON_WRITTEN),
    "double": awkward(),
    **{f"double, {habit}": awkward(habit) for habit in Habit if habit not in ELSEWHERE},
    "double, takes-away, no file of a test": awkward(Habit.TAKES_AWAY, probe_writes=False),
    "double, drop box": awkward(*DROP_BOX),
    "double, full at one write": awkward(Habit.NO_FREE_BLOCKS, Habit.ONE_WRITE_FAILS),
    "vsftpd, FTPS": vsftpd_partner,
    "ProFTPD, FTPS": proftpd_ftps_partner,
}
