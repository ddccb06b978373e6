"""A worker streams: its memory does not grow with the chunk."""

import os

from infra.local.measure import peak_rss_mb
from tests.stack.running import BUCKET, CHUNK_BYTES, Running
from tests.stack.test_transfers import SECONDS

ONE_CHUNK_BYTES = 400_000_000
LIMIT_MB = 150


def test_a_worker_that_moved_one_huge_chunk_has_stayed_small(running: Running) -> None:
    running.stack.deploy("transfer", {"ChunkBytes": str(ONE_CHUNK_BYTES)})
    try:
        running.put("huge-chunk.bin", os.urandom(1_000_000) * (ONE_CHUNK_BYTES // 1_000_000))
        transfer_id = running.ferry.send(BUCKET, "huge-chunk.bin", "partner", verify="readback")
        ended = running.ferry.wait(transfer_id, SECONDS)
        assert ended["status"] == "completed", ended["failure"]
        assert ended["receipt"]["chunks"] == 1
        peaks = [peak_rss_mb(pid) for pid in running.stack.worker_processes("lane-worker")]
        assert peaks
        assert max(peaks) < LIMIT_MB
    finally:
        running.stack.deploy("transfer", {"ChunkBytes": str(CHUNK_BYTES)})
