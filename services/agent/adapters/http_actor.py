"""Actor over HTTP: a closed table of the writes that a confirmed proposal may make."""

from collections.abc import Mapping

from runtime.rest_api import Request
from services.agent.adapters.http_api import HttpApi
from services.agent.domain.errors import ApiAway
from services.agent.domain.proposal import Proposal
from services.agent.domain.writes import write_of

ACTS: Mapping[str, str] = {  # paths by operation id, as contracts.routes has them; all are POST
    "start_transfer": "/api/transfer",
    "retry_transfer": "/api/transfer/{id}/retry",
    "pause_transfer": "/api/transfer/{id}/pause",
    "resume_transfer": "/api/transfer/{id}/resume",
    "cancel_transfer": "/api/transfer/{id}/cancel",
    "request_ticket": "/api/servicenow/ticket",
}


class HttpActor:
    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def act(self, proposal: Proposal, number: int) -> str:
        write = write_of(proposal, number)
        if write.operation not in ACTS:
            raise LookupError(f"{write.operation!r} is nothing that a proposal may do")
        request = Request(
            "POST",
            ACTS[write.operation],
            write.path,
            body=write.body,
            idempotency_key=write.idempotency_key,
        )
        told = self._api.call(write.operation, request)
        result = told.get("id") if isinstance(told, dict) else None
        if not isinstance(result, str):
            raise ApiAway(write.operation, "its answer does not say what was done")
        return result
