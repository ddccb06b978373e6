"""Finds out what an FTP server can do. It does what the probe of SFTP does, within what FTP has."""

from collections.abc import Sequence

from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.sftp_packets import Limits
from services.transfer.adapters.sftp_probe import PLAIN, Probe
from services.transfer.domain.errors import TargetError
from services.transfer.domain.ports import PartnerSession


class FtpProbe(Probe):
    """The differences to SFTP. One session has one transfer at a time, and some servers lock a file
    that is being stored (vsftpd), so a second lane would wait for the first one's end: chunks never
    go at once. A file goes on at an offset only where FEAT offers that and a try showed it. A file
    is created whether there is one or not."""

    def __init__(
        self, session: PartnerSession, features: Features, name: str | None = None
    ) -> None:
        super().__init__(session, Limits(None, None), False, name)
        self._features = features

    def _reopens(self, path: str, blocks: Sequence[bytes]) -> bool:
        return self._features.restarts and super()._reopens(path, blocks)

    def _writes_at_offsets(self, path: str, blocks: Sequence[bytes]) -> bool:
        return False

    def _is_exclusive(self, path: str) -> bool:
        """Whether the server itself refuses to store over a file."""
        try:
            self.session.create_file(path, PLAIN).close()
        except TargetError:
            return True
        return False
