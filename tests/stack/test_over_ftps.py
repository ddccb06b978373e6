"""A file on its real way to an FTPS server, whose certificate an admin confirms first."""

import os
from pathlib import Path

from tests.servers.listening import HOST
from tests.servers.pyftpd import pyftpd
from tests.stack.running import BUCKET, CHUNK_BYTES, Running

SECONDS = 60.0


def test_a_file_arrives_over_ftps_once_the_certificate_is_confirmed(
    running: Running, tmp_path: Path
) -> None:
    root = tmp_path / "files"
    root.mkdir()
    body = running.put("over-ftps.bin", os.urandom(2 * CHUNK_BYTES + 1))
    path = "/api/destinations/over-ftps"
    with pyftpd(tmp_path / "state", root) as login:
        place = {"id": "over-ftps", "name": "F", "protocol": "ftps", "host": HOST}
        secret = {"user": login.user, "password": login.credential.password}
        running.ferry.call("POST", "/api/destinations", place | secret | {"port": login.port})
        asked = running.ferry.call("POST", f"{path}/test")
        assert asked["status"] == "host_key_unconfirmed"
        assert asked["failure"]["code"] == "certificate_untrusted"
        assert asked["offered_host_key"]["key"] == str(login.host_keys[0])
        running.ferry.call("PATCH", path, {"host_keys": [asked["offered_host_key"]["key"]]})
        tested = running.ferry.call("POST", f"{path}/test")
        assert tested["status"] == "ok", tested
        assert "FTP stores a file through one connection at a time" in tested["strategy"]
        ended = running.ferry.wait(
            running.ferry.send(BUCKET, "over-ftps.bin", "over-ftps"), SECONDS
        )
    assert ended["status"] == "completed", ended["failure"]
    assert (root / "over-ftps.bin").read_bytes() == body
    assert [each.name for each in root.iterdir()] == ["over-ftps.bin"]
    proof = f"{login.host_keys[0].fingerprint} (pinned certificate)"
    assert ended["receipt"]["host_key_fingerprint"] == proof
