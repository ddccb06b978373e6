"""What the sinks' suites write."""

import hashlib

from services.transfer.domain.ports import ChunkSink

CONTENT = hashlib.shake_256(b"content").digest(3_000_017)  # many blocks, no multiple of any


def write_all(sink: ChunkSink, offset: int, length: int, block_bytes: int = 0) -> None:
    """Zeros in blocks (of the best size), each acknowledged in the end."""
    size = block_bytes or sink.block_bytes
    for at in range(offset, offset + length, size):
        sink.write(at, bytes(min(size, offset + length - at)))
    sink.flush(durable=False)
