"""Which checksum of the partner's server is compared with ours, if it offers any."""

from services.transfer.domain.checksums import COMBINABLE, Algorithm, ObjectChecksum
from services.transfer.domain.server_profile import ServerProfile

# The cheapest first: every chunk has a CRC64NVME anyway.
FROM_CHUNKS = (Algorithm.CRC64NVME, Algorithm.CRC32C, Algorithm.CRC32)
# These need all bytes in their order. SHA-256 costs 0.6 s of CPU a GB, MD5 1.5.
IN_ORDER = (Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)
# What an ordinary server reads from its disk in a hundred seconds. The steps of a workflow live for
# minutes, and there is one request for the whole file.
MOST_HASHED_BYTES = 20_000_000_000
TOO_LARGE = (
    f"the server's own checksum is not compared, for it would have to read more than"
    f" {MOST_HASHED_BYTES // 1_000_000_000} GB for one answer"
)
HASHES_ONLY = (
    "the server's own checksum is not compared, for it computes only hashes, which need all bytes"
    " in their order, and several lanes may send the file"
)
MAX_TRIES = 2  # connections that end while the server computes; then the proof goes without


def choose_checksum(
    profile: ServerProfile,
    source: ObjectChecksum | None,
    size_bytes: int,
    *,
    in_order: bool,
) -> Algorithm | None:
    """`in_order`: one lane writes the file from its beginning to its end. S3's own checksum of the
    whole object is at hand in any case."""
    if not 0 < size_bytes <= MOST_HASHED_BYTES:
        return None
    known = source.algorithm if source is not None and source.value is not None else None
    liked = (*FROM_CHUNKS, *(IN_ORDER if in_order else ()))
    wanted = liked if known is None or known in COMBINABLE else (known, *liked)
    return next((each for each in wanted if each in profile.checksums), None)


def why_none_compared(profile: ServerProfile, size_bytes: int) -> str | None:
    """Where choose_checksum chose none, although the server computes some."""
    if not profile.checksums or size_bytes < 1:
        return None
    return TOO_LARGE if size_bytes > MOST_HASHED_BYTES else HASHES_ONLY
