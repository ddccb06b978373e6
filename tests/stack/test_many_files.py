"""Many files as one transfer on their real way: listing, pages, lanes, SFTP, and back."""

import os

from services.transfer.domain.inventory import SMALL_BYTES
from tests.stack.running import BUCKET, Running

SECONDS = 180.0
FILES = 300  # more than a page


def test_hundreds_of_files_arrive_as_one_transfer_and_a_retry_sends_the_rest(
    running: Running,
) -> None:
    found = {f"tree/{n % 7}/{n:03d}.bin": os.urandom(n * 10) for n in range(FILES)}
    found["tree/large.bin"] = os.urandom(SMALL_BYTES + 1)
    for key, content in found.items():
        running.put(f"many/{key}", content)
    taken = running.partner.root / "tree" / "5" / "005.bin"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"theirs")
    body = {"source": {"bucket": BUCKET, "prefix": "many/"}, "destination_id": "partner"}
    sent = running.ferry.call("POST", "/api/transfer", body)
    failed = running.ferry.wait(sent["id"], SECONDS)
    assert failed["failure"]["code"] == "some_files_failed", failed["failure"]
    whole = FILES + 1
    assert failed["files"] == {"total": whole, "done": FILES, "failed": 1, "skipped": 0}
    path = f"/api/transfer/{sent['id']}/files?outcome=failed"
    [told] = running.ferry.call("GET", path)["files"]
    assert (told["key"], told["code"]) == ("many/tree/5/005.bin", "target_exists")
    taken.unlink()
    running.ferry.call("POST", f"/api/transfer/{sent['id']}/retry")
    ended = running.ferry.wait(sent["id"], SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    assert ended["receipt"]["files"]["done"] == whole
    assert ended["receipt"]["source_checksum"] == "matched"
    assert ended["receipt"]["bytes_sent"] == sum(map(len, found.values()))
    for key, content in found.items():
        assert running.arrived(key) == content
    assert running.part_files() == []
