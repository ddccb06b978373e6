"""The HTTP routes of the transfer service."""

from contracts.browse_api import BucketsPage, FilesPage, FilesQuery
from contracts.contract import PageQuery
from contracts.destination_api import DestinationPatch, DestinationRequest
from contracts.destination_views import DestinationsPage, DestinationView, TestResult
from contracts.route import Route
from contracts.session_api import SessionsView
from contracts.timeline_api import TimelinePage
from contracts.transfer_api import (
    HealthView,
    HistoryQuery,
    StartTransferRequest,
    TransferFilesQuery,
    TransfersQuery,
)
from contracts.transfer_views import TransferFilesPage, TransfersPage, TransferView

ADMINS = "Admins."
BY_OWNER = "Everybody their own; operators, auditors and admins all."
BY_GRANT = "Users with a grant for it; operators, auditors and admins."


def _steer(action: str, summary: str) -> Route:
    return Route(
        "POST",
        f"/api/transfer/{{id}}/{action}",
        "transfer",
        f"{action}_transfer",
        summary,
        TransferView,
        "Its owner, with the grants it was started with; operators.",
        202,
        problems=(403, 404, 409, 503),  # 503: this region stands by
    )


TRANSFER_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/transfer",
        "transfer",
        "start_transfer",
        "Send one object, or many, to a destination",
        TransferView,
        "Users, operators and admins, with grants for the object and the destination.",
        202,
        request=StartTransferRequest,
        problems=(403, 404, 409),
        idempotency_key=True,
    ),
    Route(
        "GET",
        "/api/transfer",
        "transfer",
        "list_transfers",
        "Transfers by their state, destination, source, reason, label and time",
        TransfersPage,
        BY_OWNER,
        query=TransfersQuery,
        problems=(403,),
    ),
    Route(
        "GET",
        "/api/transfer/{id}",
        "transfer",
        "read_transfer",
        "The full state of a transfer",
        TransferView,
        "Its owner; operators, auditors and admins.",
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/transfer/{id}/events",
        "transfer",
        "list_transfer_events",
        "What happened to a transfer, newest first",
        TimelinePage,
        "Its owner; operators, auditors and admins.",
        query=PageQuery,
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/transfer/{id}/files",
        "transfer",
        "list_transfer_files",
        "What became of each file of a transfer of many",
        TransferFilesPage,
        "Its owner; operators, auditors and admins.",
        query=TransferFilesQuery,
        problems=(404,),
    ),
    _steer("pause", "Pause a transfer; what was moved stays moved"),
    _steer("resume", "Go on with a paused transfer"),
    _steer("cancel", "Cancel a transfer and remove its part file; what is delivered stays"),
    _steer("retry", "Try a failed transfer again, from its ledger where possible"),
    Route(
        "GET",
        "/api/history",
        "transfer",
        "list_history",
        "The same list, also as a CSV file",
        TransfersPage,
        BY_OWNER,
        query=HistoryQuery,
        problems=(403,),
        media="text/csv; charset=utf-8; header=present",
    ),
    Route(
        "GET",
        "/api/buckets",
        "transfer",
        "list_buckets",
        "The buckets you may send from",
        BucketsPage,
        "Everybody, by their grants.",
        query=PageQuery,
        problems=(403, 502),
    ),
    Route(
        "GET",
        "/api/buckets/{name}/files",
        "transfer",
        "list_files",
        "Objects and folders of a bucket, as far as you may send them",
        FilesPage,
        "Everybody, by their grants.",
        query=FilesQuery,
        problems=(403, 404, 502),
    ),
    Route(
        "GET",
        "/api/health",
        "transfer",
        "read_health",
        "Whether the service answers",
        HealthView,
        "Anybody.",
        public=True,
    ),
    Route(
        "POST",
        "/api/destinations",
        "transfer",
        "register_destination",
        "Register a partner's server",
        DestinationView,
        ADMINS,
        201,
        request=DestinationRequest,
        problems=(403, 404, 409),  # 404: the key is repeated, and the destination was removed since
        idempotency_key=True,
        etag=True,
    ),
    Route(
        "GET",
        "/api/destinations",
        "transfer",
        "list_destinations",
        "The destinations you may see, by id",
        DestinationsPage,
        BY_GRANT,
        query=PageQuery,
    ),
    Route(
        "GET",
        "/api/destinations/{id}",
        "transfer",
        "read_destination",
        "One destination",
        DestinationView,
        BY_GRANT,
        problems=(404,),
        etag=True,
    ),
    Route(
        "GET",
        "/api/destinations/{id}/sessions",
        "transfer",
        "read_sessions",
        "Who has a session with a destination, and who waits for one",
        SessionsView,
        BY_GRANT,
        problems=(404,),
    ),
    Route(
        "PATCH",
        "/api/destinations/{id}",
        "transfer",
        "change_destination",
        "Change a destination, its credential or its pinned host keys",
        DestinationView,
        ADMINS,
        request=DestinationPatch,
        problems=(403, 404, 409),
        etag=True,
        if_match=True,
    ),
    Route(
        "DELETE",
        "/api/destinations/{id}",
        "transfer",
        "remove_destination",
        "Remove a destination and its credential",
        None,
        ADMINS,
        204,
        problems=(403, 404, 409),
        if_match=True,
    ),
    Route(
        "POST",
        "/api/destinations/{id}/test",
        "transfer",
        "test_destination",
        "Connect, and find out what the server can do",
        TestResult,
        "Users with a grant for it; operators and admins.",
        # 400: the stored private key cannot be read; 503: this region stands by
        problems=(400, 403, 404, 409, 503),
    ),
)
