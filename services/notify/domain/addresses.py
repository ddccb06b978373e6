"""Which addresses can be a channel's. Whether we may connect there, the address guard decides."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from services.notify.domain.channel import Kind
from services.notify.domain.errors import FieldInvalid

MOST_CHARACTERS = 2_048
FIELD = "address"
UNREADABLE = "(not shown)"
DEAD_HOSTS = ("outlook.office.com", "outlook.office365.com", "webhook.office.com")
CONNECTORS_GONE = (
    "Microsoft switched the connectors of Office 365 off in May 2026. In Teams open Workflows,"
    ' choose "Send webhook alerts to a channel", and use the address that it shows.'
)
LOGIC = (
    "Addresses at logic.azure.com are being switched off. Open the flow in Power Automate, copy its"
    " new address (at api.powerplatform.com), and save it here."
)
SLACK_PATH = (
    "Incoming webhooks of Slack have addresses as https://hooks.slack.com/services/T.../B.../...;"
    " this one has another form. Send a test message to see whether it works."
)


def check_address(kind: Kind, url: str) -> tuple[str, ...]:
    """The cautions: sentences about what is probably not what somebody wants. Raises FieldInvalid,
    which never repeats the address, because it is a secret."""
    parts = _parts(url)
    host = host_of(url)
    if any(host == dead or host.endswith(f".{dead}") for dead in DEAD_HOSTS):
        raise FieldInvalid(FIELD, host, CONNECTORS_GONE)
    return tuple(_cautions(kind, host, parts.path))


def host_of(url: str) -> str:
    """Where a checked address leads to, to show it."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _cautions(kind: Kind, host: str, path: str) -> Iterator[str]:
    if kind is Kind.TEAMS and host.endswith(".logic.azure.com"):
        yield LOGIC
    if kind is Kind.SLACK and not path.startswith(("/services/", "/workflows/", "/triggers/")):
        yield SLACK_PATH


def _parts(url: str) -> SplitResult:
    if len(url) > MOST_CHARACTERS:
        raise _unusable(f"It has more than {MOST_CHARACTERS} characters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _unusable("Use ASCII characters without blanks, and %-escapes for all others.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _unusable("It is no web address.") from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise _unusable("It has to begin with https:// and a host's name.")
    if "@" in parts.netloc:
        raise _unusable("Leave out the user name and the password before the host.")
    if "#" in url:
        raise _unusable("Leave out the # and what follows: it is never sent.")
    return parts


def _unusable(advice: str) -> FieldInvalid:
    return FieldInvalid(FIELD, UNREADABLE, advice)
