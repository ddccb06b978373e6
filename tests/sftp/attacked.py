"""A client that visits attacking servers, as a process of its own: `python -m tests.sftp.attacked`.

Reads {"host_key": ..., "ports": {mode: port}} and prints how each visit ended, and what the process
had grown to and kept when all were over.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_reader import SftpFileReader
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_session import SftpPartnerSession
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import PartnerError, TargetError
from services.transfer.domain.failure import Failure
from services.transfer.domain.host_key import HostKey
from tests.servers.sites import LOOPBACK, WHEN, destination

TIMEOUT_SECONDS = 4.0
SESSION_SECONDS = 12.0
VISITS_AT_ONCE = 8
WRITTEN_BYTES = 4 << 20
READ_BYTES = 100_000

Answer = dict[str, Any]


def write(session: SftpPartnerSession) -> Answer:
    protocol = protocol_of(session)
    with SftpChunkSink(protocol, "/part", b"/part", Refusals(protocol)) as sink:
        sink.write(0, bytes(WRITTEN_BYTES))
        sink.flush(durable=False)
    return {"written": WRITTEN_BYTES}


def read(session: SftpPartnerSession) -> Answer:
    with SftpFileReader(protocol_of(session), "/file", b"/file") as reader:
        return {"read": sum(map(len, reader.read([(0, 100_000)])))}


def probe(session: SftpPartnerSession) -> Answer:
    return {"profile": asdict(session.probe("/"))}


def everything(session: SftpPartnerSession) -> Answer:
    """Each request that a transfer makes, on a server with the folder '/'."""
    session.probe("/")
    session.look("/")
    session.free_bytes("/")
    session.make_folder("/a")
    with session.create_file("/a") as sink:
        sink.write(0, bytes(READ_BYTES))
        sink.flush(durable=True)
        session.set_modified("/a", WHEN)
    with session.open_reader("/a") as reader:
        size = sum(map(len, reader.read([(0, READ_BYTES)])))
    session.rename("/a", "/b", replace=True)
    session.rename("/b", "/c", replace=False)
    session.remove("/c")
    return {"read": size}


def protocol_of(session: SftpPartnerSession) -> SftpProtocol:
    return session._protocol  # attacks on it need no file, and so no other ability of the server


ACTS: dict[str, Callable[[SftpPartnerSession], Answer]] = {
    "never_acknowledges": write,
    "acknowledges_others": write,
    "window_by_the_byte": write,
    "more_data_than_asked": read,
    "ends_read_with_nothing": read,
}


def visit(mode: str, port: int, host_key: HostKey) -> Answer:
    partners = SftpPartners(LOOPBACK, TIMEOUT_SECONDS, lambda: WHEN, SESSION_SECONDS)
    started = time.monotonic()
    try:
        place = destination(port, "anybody", "/", [host_key])
        with partners.connect(place, Credential(password="secret")) as session:
            answer = ACTS.get(mode, everything if mode.isdigit() else probe)(session)
    except (PartnerError, TargetError) as error:
        answer = asdict(Failure.of(error))
    except Exception as error:  # the test shows it
        answer = {"code": "no reason", "message": repr(error)}
    return answer | {"seconds": round(time.monotonic() - started, 1)}


def peak_bytes() -> int:
    """Of this program alone. What getrusage tells includes the parent's."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def open_sockets() -> int:
    names = (os.path.realpath(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd"))
    return sum("socket:" in name for name in names)


def main() -> None:
    told = json.loads(sys.stdin.readline())
    host_key = HostKey.parse(told["host_key"])
    at_first = open_sockets()
    with ThreadPoolExecutor(VISITS_AT_ONCE) as pool:
        visits = {
            mode: pool.submit(visit, mode, port, host_key) for mode, port in told["ports"].items()
        }
    answers = {mode: each.result() for mode, each in visits.items()}
    left = [each.name for each in threading.enumerate() if each is not threading.main_thread()]
    sockets = open_sockets() - at_first
    ends = {"peak_bytes": peak_bytes(), "threads": left, "sockets": sockets}
    print(json.dumps({"visits": answers} | ends, default=str))


if __name__ == "__main__":
    main()
