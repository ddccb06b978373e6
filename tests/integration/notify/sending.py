"""What the tests of senders share."""

from datetime import UTC, datetime

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.notify.domain.channel import Kind, Secrets
from services.notify.domain.message import Message, Target
from tests.unit.notify.messages import COMPLETED, of

MESSAGE: Message = of(COMPLETED)
LOOPBACK = AddressGuard.of(["127.0.0.0/8"])
NOBODY = "http://127.0.0.1:1/s3cret-path"  # nothing listens on port 1


def http(total_seconds: float = 10.0, guard: AddressGuard = LOOPBACK) -> GuardedHttp:
    return GuardedHttp(guard, total_seconds=total_seconds)


def now() -> datetime:
    return datetime.now(UTC)


def target(kind: Kind, url: str | None = None, token: str | None = None) -> Target:
    return Target(kind, "ops room", Secrets(url, token), "C0FERRY01" if token else None)
