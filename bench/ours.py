"""Our side of a comparison: a whole local stack, and one transfer after the other through it."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from bench.place import BIG, BUCKET, Place
from bench.rows import Run
from infra.local.ferry import Ferry
from infra.local.measure import cpu_seconds, peak_rss_mb
from infra.local.stack import LocalStack
from infra.local.users import ADMIN, DEMO, ensure_users

LOOK_SECONDS = 1.0  # between two looks: asking costs the emulator CPU, and the record has the times
SESSIONS = 10  # the most that a destination may have; one is kept for the workflow's steps
LANE_WORKER = "lane-worker"
PATIENCE_SECONDS = 600.0
NETWORKS = "127.0.0.0/8,10.77.0.0/24"  # loopback, and the line of bench.line
EVERYTHING = {"sources": [{"bucket": "*", "prefix": ""}], "destinations": ["*"]}
UNTHROTTLED = {
    "ThrottleRate": "5000",
    "ThrottleBurst": "5000",
    "KeyRate": "5000",
    "KeyBurst": "5000",
}


class Ours:
    def __init__(self, at: Place, stack: LocalStack, ferry: Ferry, admin: Ferry) -> None:
        """`ferry` sends everything everywhere. `admin` keeps the destinations."""
        self.at, self.stack, self.ferry, self.admin = at, stack, ferry, admin

    def deploy(self, **parameters: str) -> None:
        self.stack.deploy("transfer", parameters)

    def big(self, **wishes: Any) -> Run:  # noqa: ANN401
        """Sends the big object, from the POST to `completed`."""
        return self.send({"bucket": BUCKET, "key": BIG}, if_exists="replace", **wishes)

    def send(
        self,
        source: Mapping[str, Any],
        destination_id: str = "bench",
        server_pid: int | None = None,
        **wishes: Any,  # noqa: ANN401
    ) -> Run:
        """The end is that of the record: who watches gently sees it a little later."""
        server_pid = self.at.sshd.pid if server_pid is None else server_pid
        lanes_cpu, all_cpu = self._lanes_cpu(), cpu_seconds(self.stack.emulator.pid)
        server, began = cpu_seconds(server_pid), time.time()
        body = {"source": source, "destination_id": destination_id, **wishes}
        transfer_id = str(self.ferry.call("POST", "/api/transfer", body)["id"])
        state = self.ferry.wait(transfer_id, PATIENCE_SECONDS)
        if state["status"] != "completed":
            raise RuntimeError(f"transfer {transfer_id}: {state['status']}, {state['failure']}")
        engine = self._lanes_cpu() - lanes_cpu
        return Run(
            seconds=datetime.fromisoformat(state["finished_at"]).timestamp() - began,
            size=self.at.received_bytes(),
            engine_cpu=engine,
            rest_cpu=cpu_seconds(self.stack.emulator.pid) - all_cpu - engine,
            server_cpu=cpu_seconds(server_pid) - server,
            peak_mb=self.peak_mb(),
            lanes=len(state["lanes"]) or None,
        )

    def lane_workers(self) -> list[int]:
        return self.stack.worker_processes(LANE_WORKER)

    def peak_mb(self) -> float:
        """Of the lane worker that had most, since it was started."""
        return max(map(peak_rss_mb, self.lane_workers()), default=0.0)

    def _lanes_cpu(self) -> float:
        return sum(map(cpu_seconds, self.lane_workers()))


@contextmanager
def ours(at: Place, **parameters: str) -> Iterator[Ours]:
    """A stack whose destination `bench` is the place's sshd. Its functions are not warm yet."""
    parameters = {"S3Endpoint": at.s3_url, "AllowedNetworks": NETWORKS, **UNTHROTTLED, **parameters}
    with LocalStack(at.folder / "state", parameters) as stack:
        passwords = ensure_users(stack)
        admin = Ferry(stack.api_url, ADMIN, passwords[ADMIN])
        ferry = Ferry(stack.api_url, DEMO, passwords[DEMO], every=LOOK_SECONDS)
        with closing(admin), closing(ferry):
            admin.call("PATCH", f"/api/users/{DEMO}", {"grants": EVERYTHING})
            admin.register(sftp_destination(at), str(at.sshd.host_keys[0]))
            yield Ours(at, stack, ferry, admin)


def sftp_destination(at: Place, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "id": "bench",
        "name": "Bench",
        "protocol": "sftp",
        "host": at.host,
        "port": at.sshd.port,
        "user": at.sshd.user.name,
        "base_path": str(at.target),
        "max_sessions": SESSIONS,
        "private_key": at.sshd.user_key.read_text(),
        **changes,
    }
