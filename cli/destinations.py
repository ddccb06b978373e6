"""How destinations and their tests are shown, and which error a failed test is."""

from collections.abc import Sequence
from typing import Any

from cli.address import route
from cli.advice import advice
from cli.client import Client, read
from cli.errors import TransferFailed
from cli.http import Answer
from cli.times import local_time
from contracts.destination_views import DestinationView, TestResult

# What proves a server that has no pins.
UNPINNED = {"public_authority": "public authority", "nothing": "none (plain FTP)"}
COLUMNS = ("ID", "NAME", "SERVER", "FOLDER", "HOST KEY", "TESTED")


def destination_path(destination_id: str) -> str:
    return route("/api/destinations/{id}", id=destination_id)


def read_destination(client: Client, destination_id: str) -> tuple[DestinationView, str]:
    """The destination, and its version for If-Match."""
    answer = client.answer("GET", destination_path(destination_id))
    return read(DestinationView, answer.document), answer.headers.get("etag", "*")


def change(client: Client, destination_id: str, changes: dict[str, Any], version: str) -> Answer:
    """Only the version that was looked at is changed: a password goes to no other server."""
    path, headers = destination_path(destination_id), {"If-Match": version}
    return client.answer("PATCH", path, body=changes, headers=headers)


def run_test(client: Client, destination_id: str) -> Any:  # noqa: ANN401
    return client.call("POST", destination_path(destination_id) + "/test")


def row(view: DestinationView) -> Sequence[object]:
    return (
        view.id,
        view.name,
        server(view),
        view.base_path,
        "pinned" if view.host_keys else UNPINNED.get(view.proved_by or "", "not pinned"),
        local_time(view.profile.probed_at) if view.profile else "never",
    )


def server(view: DestinationView) -> str:
    return f"{view.protocol}://{view.user}@{view.host}:{view.port}"


def fields(view: DestinationView) -> list[tuple[str, object]]:
    credential = [
        name for name, there in (("password", view.has_password), ("key", view.has_key)) if there
    ]
    profile = view.profile
    return [
        ("Destination", view.id),
        ("Name", view.name),
        ("Server", server(view)),
        ("Folder", view.base_path),
        ("Credential", " and ".join(credential) or "none: nothing can be sent"),
        *(("Host key", each.fingerprint) for each in view.host_keys),
        *([] if view.host_keys else [("Host key", _unpinned(view))]),
        ("TLS", view.tls),
        ("Sessions", view.max_sessions),
        ("Delivery", view.delivery),
        ("Makes folders", _yes(view.create_folders)),
        ("Test writes", _yes(view.probe_writes)),
        ("Test's names", view.probe_name),
        ("Tested", local_time(profile.probed_at) if profile else "never"),
        ("Software", profile.software if profile else None),
        ("Changed", local_time(view.updated_at)),
        *(("Caution", each) for each in view.cautions),
    ]


def is_confirmed(view: DestinationView) -> bool:
    """Whether it is settled what has to prove the server."""
    return bool(view.host_keys) or view.proved_by in UNPINNED


def _unpinned(view: DestinationView) -> str:
    pin = f"fileferry destinations pin {view.id}"
    return UNPINNED.get(view.proved_by or "", f"none: {pin}")


def test_fields(result: TestResult) -> list[tuple[str, object]]:
    login, profile = result.login, result.profile
    banner = (login and login.banner) or (profile and profile.banner)
    return [
        ("Test", result.status),
        ("Software", (login and login.software) or (profile and profile.software)),
        ("Offered key", result.offered_host_key and result.offered_host_key.fingerprint),
        ("Login begins in", login and login.home),
        ("Round trip", profile and _milliseconds(profile.round_trip_seconds)),
        ("Strategy", result.strategy),
        *(("Caution", each) for each in result.cautions),
        *(("Left behind", each) for each in (profile.left_behind if profile else ())),
        *(("Banner", line) for line in (banner or "").splitlines()),
    ]


def require_success(result: TestResult) -> None:
    """Raises TransferFailed unless files can be sent there."""
    if result.failure is not None:
        raise TransferFailed(
            f"The test failed ({result.failure.code}): {advice(result.failure.message)}",
            code=result.failure.code,
        )
    if result.status != "ok":
        raise TransferFailed(
            "No host key is pinned: compare the offered one with the partner's, then use"
            " `fileferry destinations pin`.",
            code=result.status,
        )


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1_000:.0f} ms" if seconds >= 0.001 else "less than 1 ms"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
