"""Running FTP servers that many tests share. Each test gets a base folder of its own."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.listening import Login
from tests.servers.proftpd import DIGESTS, GOES_ON, proftpd_ftp
from tests.servers.pureftpd import pureftpd
from tests.servers.pyftpd import pyftpd
from tests.servers.sites import Site, ftp_destination, ftp_partners
from tests.servers.system_user import SystemUser
from tests.servers.vsftpd import vsftpd

Start = Callable[[Path, SystemUser, Path], AbstractContextManager[Login]]
SYSTEM_ROOT = Path("/")
# Name, how it is started (its state, its user, the shared folder), whether its root is that folder.
SERVERS: dict[str, tuple[Start, bool]] = {
    "vsftpd": (lambda state, user, folder: vsftpd(state, user), False),
    "pyftpdlib": (lambda state, user, folder: pyftpd(state, folder), True),
    "proftpd": (lambda state, user, folder: proftpd_ftp(state, user), False),
    "proftpd-goes-on": (
        lambda state, user, folder: proftpd_ftp(state, user, settings=(*GOES_ON, *DIGESTS)),
        False,
    ),
    "pure-ftpd": (lambda state, user, folder: pureftpd(state, user, folder), True),
}


@dataclass
class FtpServers:
    """Starts each on first use. They end with `running`."""

    folder: Path
    user: SystemUser
    running: ExitStack
    _logins: dict[str, Login] = field(default_factory=dict)
    _sites: int = 0

    def site(self, kind: str) -> Site:
        start, has_root = SERVERS[kind]
        if kind not in self._logins:
            entered = start(self.folder / f"state-{kind}", self.user, self.folder)
            self._logins[kind] = self.running.enter_context(entered)
        self._sites += 1
        place = self.folder / str(self._sites)
        for each in (place, place / "in"):
            each.mkdir()
            os.chown(each, self.user.uid, self.user.gid)
        login, base = self._logins[kind], f"/{self._sites}/in" if has_root else f"{place}/in"
        root = self.folder if has_root else SYSTEM_ROOT
        return Site(ftp_partners(), ftp_destination(login, base), login.credential, root, login)
