"""A destination's sessions as the API shows them. Ids of transfers that are not for the caller end
here."""

from contracts.session_api import SessionHolder, SessionsView, WaitingTransfer
from services.transfer.use_cases.show_sessions import Holder, Sessions, ShownPlace


def sessions_view(sessions: Sessions) -> SessionsView:
    return SessionsView(
        max_sessions=sessions.max_sessions,
        in_use=len(sessions.holders),
        holders=tuple(map(_holder, sessions.holders)),
        waiting=sessions.waiting,
        whole=sessions.whole,
        line=tuple(map(_waiting, sessions.line)),
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
