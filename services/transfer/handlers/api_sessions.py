"""A destination's sessions as the API shows them. Ids of transfers that are not for the caller end
here."""

from contracts.session_api import (
    LaneDecision,
    LanesView,
    SessionHolder,
    SessionsView,
    WaitingTransfer,
)
from services.transfer.domain.lane_target import Decision
from services.transfer.use_cases.show_sessions import Holder, Lanes, Sessions, ShownPlace


def sessions_view(sessions: Sessions) -> SessionsView:
    return SessionsView(
        max_sessions=sessions.max_sessions,
        in_use=len(sessions.holders),
        holders=tuple(map(_holder, sessions.holders)),
        waiting=sessions.waiting,
        whole=sessions.whole,
        line=tuple(map(_waiting, sessions.line)),
        lanes=_lanes(sessions.lanes),
    )


def _lanes(lanes: Lanes) -> LanesView:
    known = lanes.known
    return LanesView(
        target=lanes.target,
        most=lanes.most,
        bytes_per_second=known.bytes_per_second,
        source_share=known.source_share,
        why=known.why,
        decisions=tuple(map(_decision, lanes.decisions)),
    )


def _decision(decision: Decision) -> LaneDecision:
    return LaneDecision(
        at=decision.at,
        from_lanes=decision.before,
        to_lanes=decision.after,
        bytes_per_second=decision.bytes_per_second,
        success_rate=decision.success_rate,
        why=decision.why,
    )


def _holder(holder: Holder) -> SessionHolder:
    work = holder.work
    if work is None:
        return SessionHolder(kind="other", transfer_id=None, lane=None, since=holder.since)
    return SessionHolder(
        kind="step" if work.lane is None else "lane",
        transfer_id=work.transfer_id if holder.visible else None,
        lane=work.lane if holder.visible else None,
        since=holder.since,
    )


def _waiting(shown: ShownPlace) -> WaitingTransfer:
    place = shown.place
    return WaitingTransfer(
        position=place.position,
        kind="lane" if place.is_lane else "step",
        transfer_id=place.transfer_id if shown.visible else None,
        since=place.since,
        has_session=shown.has_session,
    )
