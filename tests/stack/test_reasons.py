"""Every reason that a partner or a source can give, from real servers, through the whole system."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.ferry import Refused
from tests.servers.openssh import OpenSshServer, make_key
from tests.servers.proxy import CuttingProxy
from tests.servers.sites import small_disk
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, CHUNK_BYTES, Running

SECONDS = 120.0
THEIRS = "theirs.txt"
LESS_THAN_A_WRITE = 100_000  # of OpenSSH's 255 KiB; a line that lets one through gets on


class Partner:
    """A real sshd and what it holds; destination `name` in the running stack."""

    def __init__(self, running: Running, server: OpenSshServer, folder: Path, name: str) -> None:
        self.running, self.server, self.folder, self.name = running, server, folder, name
        (folder / THEIRS).write_text("not ours")

    def register(self, **changes: Any) -> None:  # noqa: ANN401
        destination = {
            "id": self.name,
            "name": "Real sshd",
            "protocol": "sftp",
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": self.server.user.name,
            "base_path": str(self.folder),
            "private_key": self.server.user_key.read_text(),
            "host_keys": [str(key) for key in self.server.host_keys],
            **changes,
        }
        sent = {key: value for key, value in destination.items() if value is not None}
        self.running.ferry.call("POST", "/api/destinations", sent)

    def send(self, key: str = "ordinary.bin", **wishes: Any) -> str:  # noqa: ANN401
        return self.running.ferry.send(BUCKET, key, self.name, **wishes)

    def fails(self, code: str, *words: str, retryable: bool = False, **wishes: Any) -> None:  # noqa: ANN401
        self.failed(self.send(**wishes), code, *words, retryable=retryable)

    def failed(self, transfer_id: str, code: str, *words: str, retryable: bool = False) -> None:
        """It ended with that reason, its part file is gone, and nothing else was touched."""
        ended = self.running.ferry.wait(transfer_id, SECONDS)
        assert ended["status"] == "failed"
        assert ended["failure"]["code"] == code, ended["failure"]
        assert ended["failure"]["retryable"] is retryable
        for word in words:
            assert word in ended["failure"]["message"]
        assert [n for n in os.listdir(self.folder) if n.endswith(".part")] == []
        assert (self.folder / THEIRS).read_text() == "not ours"


@pytest.fixture
def partner(running: Running, server_user: SystemUser, partner_folder: Path) -> Iterator[Partner]:
    server = OpenSshServer(partner_folder / "sshd", server_user)
    server.start()
    running.put("ordinary.bin", os.urandom(3 * CHUNK_BYTES))
    try:
        yield Partner(running, server, partner_folder / "in", f"sshd-{os.urandom(4).hex()}")
    finally:
        server.stop()


def test_a_file_arrives_at_openssh_with_password_and_with_key(partner: Partner) -> None:
    partner.register()
    ended = partner.running.ferry.wait(partner.send(), SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    password = partner.server.user.password
    partner.running.ferry.call("PATCH", f"/api/destinations/{partner.name}", {"password": password})
    ended = partner.running.ferry.wait(partner.send(if_exists="replace"), SECONDS)
    assert ended["status"] == "completed", ended["failure"]


def test_the_source_is_not_there(partner: Partner) -> None:
    partner.register()
    for bucket, key, code in (
        (BUCKET, "no-such-key", "object_not_found"),
        ("no-such-bucket", "k", "bucket_not_found"),
    ):
        with pytest.raises(Refused, match="no-such") as refused:
            partner.running.ferry.send(bucket, key, partner.name)
        assert (refused.value.status, refused.value.problem["code"]) == (404, code)


def test_the_source_changes_under_way(partner: Partner) -> None:
    partner.running.put("changing.bin", os.urandom(20 * CHUNK_BYTES))
    with CuttingProxy(partner.server.port, CHUNK_BYTES * 3 // 2) as proxy:
        partner.register(port=proxy.port)
        transfer_id = partner.send("changing.bin")
        wait_for(lambda: proxy.cuts, "the first cut", SECONDS)
        partner.running.put("changing.bin", os.urandom(20 * CHUNK_BYTES))
        partner.failed(transfer_id, "source_changed", "changing.bin")


def test_password_and_key_are_refused(partner: Partner, tmp_path: Path) -> None:
    partner.register(private_key=None, password="wrong")
    partner.fails("password_rejected", partner.server.user.name)
    other = make_key(tmp_path / "other")
    path = f"/api/destinations/{partner.name}"
    partner.running.ferry.call("PATCH", path, {"private_key": other.read_text()})
    partner.fails("key_rejected", "SHA256:")


def test_the_host_key_is_another_one(partner: Partner, tmp_path: Path) -> None:
    make_key(tmp_path / "pinned")
    pinned = (tmp_path / "pinned.pub").read_text().strip()
    partner.register(host_keys=[pinned])
    offered = partner.server.host_keys[0].fingerprint
    told = subprocess.run(
        ["ssh-keygen", "-lf", tmp_path / "pinned.pub"], capture_output=True, text=True, check=True
    )
    partner.fails("host_key_changed", offered, told.stdout.split()[1])


def test_a_host_without_an_address_is_refused_at_once(partner: Partner) -> None:
    with pytest.raises(Refused) as refused:
        partner.register(host="no-such-host.invalid")
    assert refused.value.problem["code"] == "host_not_resolved"


def test_a_destination_without_a_pinned_key_takes_no_transfer(partner: Partner) -> None:
    partner.register(host_keys=[])
    with pytest.raises(Refused) as refused:
        partner.send()
    assert refused.value.problem["code"] == "host_key_unconfirmed"


def test_the_folder_is_missing_or_forbidden(partner: Partner) -> None:
    partner.register()
    partner.fails("folder_missing", "nowhere", target_path="nowhere/file.bin")
    locked = partner.folder / "locked"
    locked.mkdir(mode=0o555)
    os.chown(locked, 0, 0)
    partner.fails("permission_denied", "locked", target_path="locked/file.bin")


def test_the_target_exists(partner: Partner) -> None:
    partner.register()
    partner.fails("target_exists", THEIRS, target_path=THEIRS)


def test_the_disk_is_full(partner: Partner) -> None:
    partner.running.put("too-large.bin", os.urandom(5 * CHUNK_BYTES))
    disk = partner.folder / "disk"
    disk.mkdir()
    os.chown(disk, partner.server.user.uid, partner.server.user.gid)
    with small_disk(disk):
        partner.register()
        partner.fails("no_space", "too-large", key="too-large.bin", target_path="disk/too-large")
        assert os.listdir(disk) == []


def test_what_may_pass_is_tried_again_before_it_fails(partner: Partner) -> None:
    """Three partners that never get well, at once: their tries take a while."""
    silent = socket.create_server(("127.0.0.1", 0))  # the kernel connects, nobody answers
    closed = socket.create_server(("127.0.0.1", 0))
    refusing_port = closed.getsockname()[1]
    closed.close()
    with CuttingProxy(partner.server.port, LESS_THAN_A_WRITE) as proxy, silent:
        wishes: dict[str, dict[str, Any]] = {
            "connection_lost": {"port": proxy.port},
            "connection_refused": {"port": refusing_port},
            "connection_timed_out": {"port": silent.getsockname()[1]},
        }
        sent = {}
        for code, changes in wishes.items():
            partner.name = f"{partner.name[:20]}-{code.replace('_', '-')}"
            partner.register(**changes)
            sent[code] = partner.send(target_path=f"{code}.bin")
        for code, transfer_id in sent.items():
            partner.failed(transfer_id, code, retryable=True)
        assert proxy.cuts >= 4


def test_a_line_that_breaks_again_and_again_costs_time_but_no_byte(partner: Partner) -> None:
    body = partner.running.put("broken-line.bin", os.urandom(8 * CHUNK_BYTES))
    with CuttingProxy(partner.server.port, CHUNK_BYTES * 5 // 2) as proxy:
        partner.register(port=proxy.port)
        ended = partner.running.ferry.wait(partner.send("broken-line.bin"), SECONDS)
        assert proxy.cuts > 0
    assert ended["status"] == "completed", ended["failure"]
    assert (partner.folder / "broken-line.bin").read_bytes() == body
