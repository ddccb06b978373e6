"""Checksums that an FTP server computes itself: by HASH (draft-bryan-ftpext-hash), else by the
older XCRC, XMD5, XSHA1 and XSHA256."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.transfer.adapters.ftp_channel import FtpChannel
from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.ftp_refusals import FtpRefusals
from services.transfer.adapters.ftp_replies import Refused, Reply
from services.transfer.domain.checksums import DIGEST_BYTES, Algorithm, FileChecksum
from services.transfer.domain.errors import WriteRefused

NAMES: Mapping[Algorithm, tuple[str, str]] = MappingProxyType(  # for HASH, and the older command
    {
        Algorithm.CRC32: ("CRC32", "XCRC"),
        Algorithm.SHA256: ("SHA-256", "XSHA256"),
        Algorithm.SHA1: ("SHA-1", "XSHA1"),
        Algorithm.MD5: ("MD5", "XMD5"),
    }
)
HASH, ACTION = "HASH", "give a checksum of"
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
SHORTEST_CRC = 5  # hexadecimal digits: some servers leave zeros in front of it out


def offers_checksums(features: Features) -> bool:
    """Of some kind. Whether they are right a try tells."""
    return HASH in features or any(older in features for _, older in NAMES.values())


class FtpChecksums:
    def __init__(self, channel: FtpChannel, refusals: FtpRefusals) -> None:
        self._channel, self._refusals = channel, refusals

    def of_file(
        self, path: str, wanted: Sequence[Algorithm], more_seconds: float
    ) -> FileChecksum | None:
        """See PartnerSession.file_checksum. `more_seconds` are those of a usual reply, and so many
        more."""
        for algorithm in wanted:
            verb = self._verb(algorithm)
            if verb is None:
                continue
            with self._channel.control.patient(more_seconds):
                reply = self._channel.call(verb, path)
            if reply.is_error:
                raise self._refusals.of_open(Refused(reply), path, ACTION)
            return FileChecksum(algorithm, _digest(reply, algorithm, path))
        return None

    def _verb(self, algorithm: Algorithm) -> str | None:
        """The command to ask with. None where the server does not offer the algorithm."""
        features = self._channel.features
        name, older = NAMES.get(algorithm, ("", ""))
        offered = re.split("[;* ]+", features.offered.get(HASH, "").upper())
        if name and name in offered and self._channel.call("OPTS", f"{HASH} {name}").is_done:
            return HASH
        return older if older and older in features else None


def _digest(reply: Reply, algorithm: Algorithm, path: str) -> str:
    """Of '213 SHA-256 0-49 <digest> name' and '250 <digest>'. The name may look like one, too, so
    the first word of the right length counts."""
    digits = 2 * DIGEST_BYTES[algorithm]
    least = SHORTEST_CRC if algorithm is Algorithm.CRC32 else digits
    for word in " ".join(reply.lines).split():
        if least <= len(word) <= digits and HEXADECIMAL.fullmatch(word):
            return word.lower().zfill(digits)
    raise WriteRefused(path, ACTION, reply.words)
