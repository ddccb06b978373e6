"""Reader over HTTP: a closed table of GET routes, so that nothing can be written through it."""

from collections.abc import Mapping

from runtime.rest_api import Request
from services.agent.adapters.http_api import HttpApi
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway

READS: Mapping[str, str] = {  # paths by operation id, as contracts.routes has them
    "read_me": "/api/me",
    "list_buckets": "/api/buckets",
    "list_files": "/api/buckets/{name}/files",
    "list_destinations": "/api/destinations",
    "read_destination": "/api/destinations/{id}",
    "read_sessions": "/api/destinations/{id}/sessions",
    "list_transfers": "/api/transfer",
    "read_transfer": "/api/transfer/{id}",
    "list_transfer_events": "/api/transfer/{id}/events",
    "list_transfer_files": "/api/transfer/{id}/files",
    "list_transfer_tickets": "/api/transfer/{id}/tickets",
    "read_statistics": "/api/statistics",
}


class HttpReader:
    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def read(
        self,
        operation: str,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        if operation not in READS:
            raise LookupError(f"{operation!r} is no route that reads")
        request = Request("GET", READS[operation], path or {}, query or {})
        told = self._api.call(operation, request)
        if not isinstance(told, dict):
            raise ApiAway(operation, "the answer is no document")
        return told
