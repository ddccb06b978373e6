"""The domain's records as the API shows them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from contracts import browse_api, destination_views, transfer_views
from kernel.pages import Page
from services.transfer.domain.destination import Destination
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.lane import Lane
from services.transfer.domain.names import HERE
from services.transfer.domain.portability import warnings_of
from services.transfer.domain.ports import Listing, LoginFacts
from services.transfer.domain.promises import cautions_of
from services.transfer.domain.proof_words import planned_proof
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.announce import (
    files_fact,
    origin_fact,
    percent_of,
    readback_percent,
    receipt_fact,
    source_fact,
    trouble_fact,
)
from services.transfer.use_cases.read_files import FileSeen
from services.transfer.use_cases.read_state import TransferState


def transfer_summary(transfer: Transfer) -> transfer_views.TransferSummary:
    return transfer_views.TransferSummary(**_summary(transfer))


def transfer_view(state: TransferState, before: Sequence[str]) -> transfer_views.TransferView:
    """`before` are the cautions of a transfer that has no plan yet."""
    transfer, progress = state.transfer, state.progress
    plan = transfer.plan
    return transfer_views.TransferView(
        **_summary(transfer),
        correlation_id=transfer.correlation_id,
        files=files_fact(state.files, state.files_total) if state.files_total else None,
        include=transfer.selection.include if transfer.selection else (),
        exclude=transfer.selection.exclude if transfer.selection else (),
        bytes_done=state.bytes_done,
        percent=percent_of(state.bytes_done, plan.size_bytes) if plan else None,
        rate_bytes_per_second=state.rate_bytes_per_second,
        eta_seconds=state.eta_seconds,
        chunks=transfer_views.ChunkCounts(
            total=plan.total if plan else 0,
            done=progress.chunks_done,
            open=max(0, (plan.total if plan else 0) - progress.chunks_done - state.chunks_moving),
            proven=state.chunks_proven,
        ),
        lanes=tuple(_lane(lane) for lane in state.lanes),
        attempts=progress.attempts,
        warnings=() if transfer.target_path == HERE else warnings_of(transfer.target_path),
        cautions=transfer.strategy.cautions if transfer.strategy else tuple(before),
    )


def _summary(transfer: Transfer) -> dict[str, Any]:
    source = transfer.source_object
    return {
        "id": transfer.id,
        "status": transfer.status.value,
        "owner": transfer.owner,
        "label": transfer.label,
        "source": source_fact(transfer.source, transfer.selection),  # as it was asked for
        "destination_id": transfer.destination_id,
        "target_path": transfer.target_path,
        "final_path": transfer.final_path,
        "if_exists": transfer.if_exists.value,
        "verify": transfer.verify.value,
        "readback_percent": readback_percent(transfer),
        "strategy": transfer.strategy.why if transfer.strategy else None,
        "planned_proof": _planned_proof(transfer),
        "size_bytes": source.size_bytes if source else None,
        "source_checksum": _checksum_kind(transfer),
        "run": transfer.run,
        "requested_at": transfer.requested_at,
        "updated_at": transfer.updated_at,
        "started_at": transfer.started_at,
        "finished_at": transfer.finished_at,
        "failure": _failure(transfer),
        "receipt": receipt_fact(transfer.receipt) if transfer.receipt else None,
        "origin": origin_fact(transfer.origin),
    }


def _checksum_kind(transfer: Transfer) -> str | None:
    """Of many files each may have another one."""
    source = transfer.source_object
    if source is None or transfer.sends_many:
        return None
    return source.checksum.algorithm.value if source.checksum else "none"


def transfer_files_page(page: Page[FileSeen]) -> transfer_views.TransferFilesPage:
    files = tuple(transfer_views.TransferFileView(**asdict(each)) for each in page.items)
    return transfer_views.TransferFilesPage(files=files, cursor=page.cursor)


def _planned_proof(transfer: Transfer) -> str | None:
    plan = transfer.strategy
    if plan is None or transfer.sends_many:
        return None
    return planned_proof(plan, transfer.verify, transfer.readback_percent)


def _lane(lane: Lane) -> transfer_views.LaneView:
    return transfer_views.LaneView(
        number=lane.number,
        state="ended" if lane.ended else "moving" if lane.worker else "queued",
        turn=lane.turn,
        bytes_in_flight=lane.bytes_in_flight,
        failures=lane.failures,
    )


def _failure(transfer: Transfer) -> transfer_views.FailureView | None:
    trouble = trouble_fact(transfer)
    return None if trouble is None else transfer_views.FailureView(**dict(trouble))


def files_page(listing: Listing) -> browse_api.FilesPage:
    return browse_api.FilesPage(
        files=tuple(browse_api.FileView(**asdict(each)) for each in listing.objects),
        folders=tuple(listing.folders),
        cursor=listing.cursor,
    )


def host_key_view(key: HostKey) -> destination_views.HostKeyView:
    return destination_views.HostKeyView(key=str(key), fingerprint=key.fingerprint)


def login_view(login: LoginFacts) -> destination_views.LoginView:
    return destination_views.LoginView(**asdict(login))


def profile_view(profile: ServerProfile) -> destination_views.ProfileView:
    return destination_views.ProfileView(**asdict(profile))


def destination_view(destination: Destination, now: datetime) -> destination_views.DestinationView:
    return destination_views.DestinationView(
        id=destination.id,
        name=destination.name,
        protocol=destination.protocol.value,
        host=destination.host,
        port=destination.port,
        user=destination.user,
        base_path=destination.base_path,
        max_sessions=destination.max_sessions,
        delivery=destination.delivery.value,
        create_folders=destination.create_folders,
        probe_writes=destination.probe_writes,
        probe_name=destination.probe_name,
        has_password=destination.auth is not None and destination.auth.has_password,
        has_key=destination.auth is not None and destination.auth.has_key,
        host_keys=tuple(host_key_view(key) for key in destination.host_keys),
        profile=profile_view(destination.profile) if destination.profile else None,
        created_at=destination.created_at,
        updated_at=destination.updated_at,
        cautions=cautions_of(destination, now),
        tls=destination.tls.value if destination.tls else None,
        accepts_unencrypted_login=destination.accepts_unencrypted_login,
        proved_by=destination.proved_by.value,
    )
