"""Whether ServiceNow may be called just now. One gate is for all tickets, because limits, outages
and refused logins are those of the instance."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ticketing.domain.case import Trouble
from services.ticketing.domain.errors import (
    DeskError,
    LoginRefused,
    NotConfigured,
    OutcomeUnknown,
    Throttled,
    Unavailable,
    Unreachable,
)

HOUR = timedelta(hours=1)  # limits are per hour
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(minutes=10)  # of a pause in an outage
LONGEST_ASKED = timedelta(hours=2)  # nobody can make us wait longer by a header
FAILURES = 2  # in a row are taken for an outage; one may be a ticket's own


@dataclass(frozen=True)
class Gate:
    """`refused_login` is the version of the secret that ServiceNow refused. `scarce_until`: the
    hourly limit was met not long ago, so only what must be written is."""

    closed_until: datetime | None = None
    refused_login: str | None = None
    scarce_until: datetime | None = None
    failures: int = 0
    trouble: Trouble | None = None
    since: datetime | None = None
    version: int = 0

    def stopped(self, login: str) -> bool:
        """Until the secret has another value."""
        return self.refused_login == login

    def open(self, now: datetime) -> bool:
        return self.closed_until is None or self.closed_until <= now

    def scarce(self, now: datetime) -> bool:
        return self.scarce_until is not None and self.scarce_until > now

    def calm(self, now: datetime) -> bool:
        """Several workers may call at once."""
        troubled = self.failures >= FAILURES or self.refused_login is not None
        return self.open(now) and not troubled and not self.scarce(now)

    def after_success(self, now: datetime) -> "Gate":
        """`scarce_until` stays. It ends by itself. A call that began before another one closed the
        gate says nothing about what closed it."""
        if not self.open(now):
            return self
        kept = Gate(scarce_until=self.scarce_until, version=self.version)
        return self if kept == self else kept

    def after_error(self, error: DeskError, now: datetime) -> "Gate":
        """Returns itself for an error that is one ticket's own."""
        trouble = Trouble(error.code, str(error), error.retryable)
        since = self.since or now
        match error:
            case LoginRefused() | NotConfigured():
                return replace(self, refused_login=error.version, trouble=trouble, since=since)
            case Throttled():
                asked = timedelta(seconds=error.wait_seconds or 0) or HOUR / 4
                until = now + min(max(asked, timedelta(seconds=1)), LONGEST_ASKED)
                closed = replace(self, closed_until=until, trouble=trouble, since=since)
                return replace(closed, scarce_until=until + HOUR)
            case Unavailable() | Unreachable() | OutcomeUnknown():
                return self._after_failure(error, trouble, now)
        return self

    def _after_failure(self, error: DeskError, trouble: Trouble, now: datetime) -> "Gate":
        failures = self.failures + 1
        failed = replace(self, failures=failures, trouble=trouble, since=self.since or now)
        asked = timedelta(seconds=getattr(error, "wait_seconds", None) or 0)
        if failures < FAILURES and not asked:
            return failed
        pause = (
            min(LONGEST, SHORTEST * 2 ** min(failures - FAILURES, 10)) if failures > 1 else asked
        )
        return replace(failed, closed_until=now + min(max(pause, asked), LONGEST_ASKED))
