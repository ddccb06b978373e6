"""The HTTP routes, one table: the API's document and the functions' routing both come from it."""

from dataclasses import dataclass
from typing import Literal

from contracts.contract import Contract, Published
from contracts.destination_api import (
    DestinationPatch,
    DestinationRequest,
    DestinationsPage,
    DestinationView,
    TestResult,
)
from contracts.transfer_api import (
    BucketsView,
    FilesPage,
    FilesQuery,
    HealthView,
    HistoryPage,
    PageQuery,
    StartTransferRequest,
    TransferView,
)

Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Route:
    """`problems`: statuses it may answer with besides those every route of its kind has."""

    method: Method
    path: str
    service: str
    operation_id: str
    summary: str
    response: type[Published] | None
    status: int = 200
    request: type[Contract] | None = None
    query: type[Contract] | None = None
    problems: tuple[int, ...] = ()
    idempotency_key: bool = False


def _transfer(action: str, summary: str) -> Route:
    path, name = f"/api/transfer/{{id}}/{action}", f"{action}_transfer"
    return Route("POST", path, "transfer", name, summary, TransferView, 202, problems=(404, 409))


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/transfer",
        "transfer",
        "start_transfer",
        "Send one object to a destination",
        TransferView,
        202,
        request=StartTransferRequest,
        problems=(404, 409, 502),
        idempotency_key=True,
    ),
    Route(
        "GET",
        "/api/transfer/{id}",
        "transfer",
        "read_transfer",
        "The full state of a transfer",
        TransferView,
        problems=(404,),
    ),
    _transfer("pause", "Pause a transfer; what was moved stays moved"),
    _transfer("resume", "Go on with a paused transfer"),
    _transfer("cancel", "Cancel a transfer and remove its part file"),
    _transfer("retry", "Try a failed transfer again, from its ledger where possible"),
    Route(
        "GET",
        "/api/history",
        "transfer",
        "list_history",
        "Your transfers, newest first",
        HistoryPage,
        query=PageQuery,
    ),
    Route(
        "GET",
        "/api/buckets",
        "transfer",
        "list_buckets",
        "The buckets that can be read",
        BucketsView,
        problems=(403, 502),
    ),
    Route(
        "GET",
        "/api/buckets/{name}/files",
        "transfer",
        "list_files",
        "Objects and folders of a bucket",
        FilesPage,
        query=FilesQuery,
        problems=(403, 404, 502),
    ),
    Route(
        "GET", "/api/health", "transfer", "read_health", "Whether the service answers", HealthView
    ),
    Route(
        "POST",
        "/api/destinations",
        "transfer",
        "register_destination",
        "Register a partner's server",
        DestinationView,
        201,
        request=DestinationRequest,
        problems=(409,),
        idempotency_key=True,
    ),
    Route(
        "GET",
        "/api/destinations",
        "transfer",
        "list_destinations",
        "All destinations, by id",
        DestinationsPage,
        query=PageQuery,
    ),
    Route(
        "GET",
        "/api/destinations/{id}",
        "transfer",
        "read_destination",
        "One destination",
        DestinationView,
        problems=(404,),
    ),
    Route(
        "PATCH",
        "/api/destinations/{id}",
        "transfer",
        "change_destination",
        "Change a destination, its credential or its pinned host keys",
        DestinationView,
        request=DestinationPatch,
        problems=(404, 409),
    ),
    Route(
        "DELETE",
        "/api/destinations/{id}",
        "transfer",
        "remove_destination",
        "Remove a destination and its credential",
        None,
        204,
        problems=(404, 409),
    ),
    Route(
        "POST",
        "/api/destinations/{id}/test",
        "transfer",
        "test_destination",
        "Connect, and find out what the server can do",
        TestResult,
        problems=(404, 409),
    ),
)


def routes_of(service: str) -> tuple[Route, ...]:
    return tuple(route for route in ROUTES if route.service == service)
