"""The transfer service's REST routes. Each turns a request into one use case and its answer."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import browse_api, transfer_views
from contracts import transfer_api as http
from contracts.timeline_api import TimelinePage
from contracts.transfer_routes import TRANSFER_ROUTES
from runtime.calls import Answer, Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api, Operation
from runtime.problems import Problems
from services.transfer import wiring
from services.transfer.domain import errors
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import ALL_PERCENT, Verify
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef, Origin
from services.transfer.handlers import api_destinations, api_views
from services.transfer.handlers.api_lists import csv_answer, query_of
from services.transfer.handlers.api_timeline import timeline_page
from services.transfer.use_cases import browse
from services.transfer.use_cases import steer_transfer as steer
from services.transfer.use_cases.list_history import list_history
from services.transfer.use_cases.read_files import read_files
from services.transfer.use_cases.read_state import TransferState, read_state, state_of
from services.transfer.use_cases.read_timeline import read_timeline
from services.transfer.use_cases.request_transfer import (
    NewTransfer,
    cautions_before,
    request_transfer,
)
from services.transfer.use_cases.retry_transfer import retry_transfer

PROBLEMS = Problems(
    {
        errors.SourceForbidden: 403,
        errors.SourceKeyForbidden: 403,
        errors.SourceUnavailable: 502,
        errors.SourceThrottled: 502,
        errors.ReaderRefused: 502,
        errors.BucketNotFound: 404,
        errors.ObjectNotFound: 404,
        errors.VersionDeleted: 404,
        errors.SourceError: 409,
        errors.AddressForbidden: 400,
        errors.HostNotResolved: 400,
        errors.HostKeyUnconfirmed: 409,
        errors.CredentialMissing: 409,
        errors.PartnerError: 502,
        errors.TargetError: 400,
        errors.RegionStandsBy: 503,
        errors.WorkError: 409,
    }
)


def build() -> Api:
    return api_of(wiring.build())


def api_of(wires: wiring.Wiring) -> Api:
    operations: dict[str, Operation] = {
        "start_transfer": partial(_start, wires.ports),
        "read_transfer": partial(_read, wires.ports),
        "list_transfer_events": partial(_events, wires.ports),
        "list_transfer_files": partial(_transfer_files, wires.ports),
        "pause_transfer": partial(_steer, wires.ports, steer.pause_transfer),
        "resume_transfer": partial(_steer, wires.ports, steer.resume_transfer),
        "cancel_transfer": partial(_steer, wires.ports, steer.cancel_transfer),
        "retry_transfer": partial(_steer, wires.ports, retry_transfer),
        "list_transfers": partial(_list, wires.ports),
        "list_history": partial(_list, wires.ports),
        "list_buckets": partial(_buckets, wires.ports),
        "list_files": partial(_files, wires.ports),
        "read_health": partial(_health, wires),
        **api_destinations.operations(wires.ports),
    }
    return Api(TRANSFER_ROUTES, operations, PROBLEMS, wires.settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _start(ports: Ports, call: Call[http.StartTransferRequest]) -> Answer:
    body = call.body
    wish = NewTransfer(
        correlation_id=call.correlation_id,
        source=_ref(body.source),
        selection=_selection(body.source),
        destination_id=body.destination_id,
        target_path=body.target_path,
        if_exists=IfExists(body.if_exists),
        verify=Verify(body.verify),
        label=body.label,
        readback_percent=body.readback_percent or ALL_PERCENT,
        etag=body.source.etag,
        origin=Origin(**body.origin.model_dump()) if body.origin else None,
    )
    transfer = request_transfer(wish, call.caller, call.idempotency, ports=ports)
    view = _view(ports, state_of(transfer, ports=ports))
    return Answer(view, headers={"Location": f"transfer/{transfer.id}"})


def _view(ports: Ports, state: TransferState) -> transfer_views.TransferView:
    return api_views.transfer_view(state, cautions_before(state.transfer, ports=ports))


def _ref(source: http.SourceObject) -> ObjectRef:
    key = source.key or source.prefix or source.manifest
    return ObjectRef(source.bucket, key or "", source.version_id)


def _selection(source: http.SourceObject) -> Selection | None:
    if source.key is not None:
        return None
    kind = SourceKind.MANIFEST if source.prefix is None else SourceKind.PREFIX
    return Selection(kind, source.include, source.exclude)


def _transfer_files(ports: Ports, call: Call[None]) -> transfer_views.TransferFilesPage:
    query = call.query
    page = read_files(
        call.path["id"], call.caller, query.outcome, (query.limit, query.cursor), ports=ports
    )
    return api_views.transfer_files_page(page)


def _read(ports: Ports, call: Call[None]) -> transfer_views.TransferView:
    return _view(ports, read_state(call.path["id"], call.caller, ports=ports))


def _events(ports: Ports, call: Call[None]) -> TimelinePage:
    page = (call.query.limit, call.query.cursor)
    return timeline_page(read_timeline(call.path["id"], call.caller, *page, ports=ports))


def _steer(ports: Ports, act: Any, call: Call[None]) -> transfer_views.TransferView:  # noqa: ANN401
    transfer = act(call.path["id"], call.caller, ports=ports)
    return _view(ports, state_of(transfer, ports=ports))


def _list(ports: Ports, call: Call[None]) -> transfer_views.TransfersPage | Answer:
    sent = call.query
    page = list_history(query_of(sent), call.caller, sent.limit, sent.cursor, ports=ports)
    shown = transfer_views.TransfersPage(
        transfers=tuple(api_views.transfer_summary(each) for each in page.items), cursor=page.cursor
    )
    if isinstance(sent, http.HistoryQuery) and sent.format == "csv":
        return csv_answer(shown, sent)
    return shown


def _buckets(ports: Ports, call: Call[None]) -> browse_api.BucketsPage:
    page = browse.list_buckets(call.caller, call.query.limit, call.query.cursor, ports=ports)
    buckets = tuple(
        browse_api.BucketView(name=name, created_at=created) for name, created in page.items
    )
    return browse_api.BucketsPage(buckets=buckets, cursor=page.cursor)


def _files(ports: Ports, call: Call[None]) -> browse_api.FilesPage:
    query = call.query
    folder, page = (query.prefix, query.delimiter), (query.limit, query.cursor)
    listing = browse.list_files(call.path["name"], folder, page, call.caller, ports=ports)
    return api_views.files_page(listing)


def _health(wires: wiring.Wiring, call: Call[None]) -> http.HealthView:
    return http.HealthView(
        status="ok", service="transfer", stage=wires.settings.stage, time=wires.ports.now()
    )
