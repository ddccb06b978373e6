"""The partner's sessions are all in use, or fewer than expected."""

from services.transfer.domain.errors.partner import PartnerError


class TooManySessions(PartnerError):
    """The server takes fewer sessions than max_sessions says. `others` is 0 where it refused more
    of them a while ago, and may count one that has ended."""

    code, retryable = "too_many_sessions", True
    message = (
        "{host}:{port} refused one more session while {open} ({detail}). It is tried again"
        " {again}. If it stays, lower the destination's max_sessions, or ask the partner to allow"
        " more."
    )
    host: str
    port: int
    others: int
    detail: str

    @property
    def open(self) -> str:
        if self.others:
            return f"{self.others} other(s) of ours were open"
        return "it may still have counted one of ours that had ended"

    @property
    def again(self) -> str:
        return "when one of them is free" if self.others else "soon"


class NoSessionFree(PartnerError):
    """Whoever asked may have `limit` of the `sessions`. None of these is free, or the free ones are
    meant for others in the line. `limited_by` says why they are no more: the destination's
    "sessions", "workers" that are left for other partners, the "target" of lanes that help, or the
    "server", which refused more: when it was tested, or a while ago ("refused"). Only the first can
    be raised."""

    code, retryable = "no_session_free", True
    message = (
        "{partner!r} allows {allowed}, and {taken} in use or kept for transfers that came before. A"
        " transfer goes on by itself when one is free; repeat a test then. {advice}"
    )
    partner: str
    destination_id: str
    sessions: int
    limit: int
    limited_by: str

    @property
    def allowed(self) -> str:
        return "1 session" if self.sessions == 1 else f"{self.sessions} sessions"

    @property
    def taken(self) -> str:
        if self.limit < self.sessions:
            of_lanes = "that lanes may have"
            return (
                f"the one {of_lanes} is" if self.limit == 1 else f"the {self.limit} {of_lanes} are"
            )
        return {1: "it is", 2: "both are"}.get(self.sessions, f"all {self.sessions} are")

    @property
    def advice(self) -> str:
        if self.limited_by == "target":
            return "More lanes at once have not moved more, or the partner refused them."
        if self.limited_by == "workers":
            return "One partner gets no more workers at once (LaneConcurrency)."
        if self.limited_by == "refused":
            return "Its server refused more just now; one more is tried every ten minutes."
        if self.limited_by == "server":
            return f"Its server refused more; test {self.destination_id!r} anew if it allows more."
        return f"Raise max_sessions of {self.destination_id!r} if the partner allows more."
