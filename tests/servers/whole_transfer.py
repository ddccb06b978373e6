"""A whole transfer, from the request to the receipt, to a real server. AWS is in memory."""

import hashlib
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from services.transfer.domain.destination import Protocol
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.probe_destination import ProbeResult, probe_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from tests.fakes.actors import Actor, Stage
from tests.fakes.callers import ADMIN
from tests.fakes.watched import watched
from tests.fakes.world import POLICY, World
from tests.servers.listening import HOST
from tests.servers.partners import Partner
from tests.servers.sites import ftp_partners, sftp_partners
from tests.servers.waiting import wait_for

DESTINATION = "partner"
CHUNK_BYTES = 2_000_000  # what is smaller goes the direct way
MOST_CHUNKS = 8  # the source in memory checks all of its bytes for each chunk
MOST_TURNS = 200
TIMEOUT_SECONDS = 30.0
WRITTEN_SECONDS = 20.0


class Seen(NamedTuple):
    """What lies at a path. Whoever touches a file changes one of these."""

    content: str
    mode: int
    modified_ns: int


@dataclass(frozen=True)
class Delivery:
    """`tested` is the answer of the destination's test, if there was one. `before` that test and
    `after` the transfer are everything below the partner's folder."""

    name: str
    size: int
    tested: ProbeResult | None
    transfer: Transfer
    calls: Counter[str]
    before: Mapping[str, Seen]
    after: Mapping[str, Seen]
    arrived: Path  # where it is now, if it arrived

    @property
    def left_behind(self) -> list[str]:
        """What nobody asked for. What the partner took away counts as well."""
        return sorted(set(self.after) - set(self.before) - {self.name})

    @property
    def touched(self) -> list[str]:
        """The partner's own files that are not as they were."""
        return [name for name, seen in self.before.items() if self.after.get(name) != seen]


def deliver(
    partner: Partner,
    size: int,
    *,
    tested: bool = True,
    name: str | None = None,
    profile: ServerProfile | None = None,
    counts_sessions: bool = False,
    **wish: object,
) -> Delivery:
    """Sends `size` bytes as a user does who has tested the destination, or has not. `profile` is of
    a test of before. With `counts_sessions` the test opens several."""
    world = _world(partner, size, counts_sessions)
    if profile is not None:
        known = world.ports.destinations.read(DESTINATION)
        world.ports.destinations.save(replace(known, profile=profile))
    name = name or f"sent-{size}{'' if tested else '-untested'}.bin"
    before = look(partner.folder)
    answer = probe_destination(DESTINATION, ADMIN, ports=world.ports) if tested else None
    world.calls.counts.clear()
    usual = {"destination_id": DESTINATION, "target_path": name, "if_exists": partner.if_exists}
    transfer = world.request(content(size), **(usual | wish))
    drive(world)
    ended, calls = world.read(transfer), Counter(world.calls.counts)
    arrived = (partner.taken or partner.folder) / name
    if ended.receipt is not None:  # 'keep_both' may have taken another name
        arrived = arrived.with_name(Path(ended.receipt.target_path).name)
        wait_for(lambda: _is_there(arrived, size), f"{arrived} with {size} bytes", WRITTEN_SECONDS)
    return Delivery(name, size, answer, ended, calls, before, look(partner.folder), arrived)


def probed(partner: Partner) -> ProbeResult:
    """As `deliver` with a test, without the transfer behind it."""
    world = _world(partner, 0, counts_sessions=False)
    return probe_destination(DESTINATION, ADMIN, ports=world.ports)


def _is_there(path: Path, size: int) -> bool:
    """A server with a cache writes some time after it has acknowledged."""
    return path.exists() and path.stat().st_size == size


def drive(world: World) -> None:
    """Runs a transfer to its end. Its lanes take turns with every call, as if all worked at
    once."""
    stage, turns = Stage(), 0
    while True:
        while world.queue.messages:
            turns += 1
            assert turns < MOST_TURNS, "its lanes come to no end"
            stage.start("lane", world.drive_lane, _raise_error)
        if stage.actors:
            for lane in list(stage.actors):
                lane.advance()
        elif not world.workflow.advance():
            return


def _raise_error(actor: Actor) -> None:
    if actor.error is not None:
        raise actor.error


def _world(partner: Partner, size: int, counts_sessions: bool) -> World:
    chunk_bytes = max(CHUNK_BYTES, size // MOST_CHUNKS)
    counting = 18.0 if counts_sessions else 0
    world = World(policy=replace(POLICY, chunk_bytes=chunk_bytes, session_test_seconds=counting))
    login = partner.login
    real_ones = ftp_partners if login.protocol.is_ftp else sftp_partners
    real = watched("partner", real_ones(TIMEOUT_SECONDS), world.calls)
    world.ports = replace(world.ports, partners=real)
    wish = NewDestination(
        id=DESTINATION,
        name="A real server",
        protocol=login.protocol,
        host=HOST,
        port=partner.login.port,
        user=partner.login.user,
        base_path=partner.base_path,
        max_sessions=4,
        host_keys=partner.login.host_keys,
        delivery=partner.delivery,
        probe_writes=partner.probe_writes,
        tls=login.tls,
        accepts_unencrypted_login=login.protocol is Protocol.FTP,
    )
    register_destination(wish, partner.login.credential, ADMIN, None, ports=world.ports)
    return world


@lru_cache(maxsize=4)  # of a large one, one is enough to hold
def content(size: int) -> bytes:
    """Bytes that repeat nowhere, and hold no run of zeros."""
    return random.Random(size).randbytes(size)  # noqa: S311 - no secret


def look(folder: Path) -> dict[str, Seen]:
    return {str(path.relative_to(folder)): _seen(path) for path in sorted(folder.rglob("*"))}


def _seen(path: Path) -> Seen:
    found = path.lstat()
    if path.is_symlink():
        return Seen(f"link to {path.readlink()}", found.st_mode, found.st_mtime_ns)
    if path.is_dir():
        return Seen("folder", found.st_mode, 0)  # its time changes with each name in it
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Seen(f"{found.st_size} bytes, {digest}", found.st_mode, found.st_mtime_ns)
