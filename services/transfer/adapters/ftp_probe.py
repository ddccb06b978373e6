"""Finds out what an FTP server can do. It does what the probe of SFTP does, within what FTP has."""

from collections.abc import Sequence

from services.transfer.adapters.ftp_checksums import offers_checksums
from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.sftp_packets import Limits
from services.transfer.adapters.sftp_probe import Offers, Probe
from services.transfer.adapters.sftp_probe_files import PLAIN, ProbeFiles
from services.transfer.domain.errors import TargetError, WriteRefused
from services.transfer.domain.ports import PartnerSession


def _cut(path: str, size_bytes: int) -> None:
    raise WriteRefused(path, "set the size of", "FTP has no command for it")


class FtpProbeFiles(ProbeFiles):
    """The differences to SFTP. One session has one transfer at a time, and some servers lock a file
    that is being stored (vsftpd), so a second lane would wait for the first one's end: chunks never
    go at once. A file goes on at an offset only where FEAT offers that and a try showed it. A file
    is created whether there is one or not. Nothing sets the size of a file."""

    def __init__(
        self, session: PartnerSession, features: Features, name: str | None = None
    ) -> None:
        super().__init__(session, _cut, name)
        self._features = features

    def reopens(self, path: str, blocks: Sequence[bytes]) -> bool:
        return self._features.restarts and super().reopens(path, blocks)

    def writes_at_offsets(self, path: str, blocks: Sequence[bytes]) -> bool:
        return False

    def is_cut(self, path: str, *, shows: bool) -> bool | None:
        return None

    def is_exclusive(self, path: str) -> bool:
        """Whether the server itself refuses to store over a file."""
        try:
            self.session.create_file(path, PLAIN).close()
        except TargetError:
            return True
        return False


def ftp_probe(session: PartnerSession, features: Features, name: str | None = None) -> Probe:
    offers = Offers(Limits(None, None), fsync=False, checksums=offers_checksums(features))
    return Probe(FtpProbeFiles(session, features, name), offers)
