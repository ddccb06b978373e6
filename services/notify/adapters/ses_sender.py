"""Sends mails by Amazon SES (API v2)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from kernel.shown_names import sentence
from services.notify.adapters.mail import Envelope, mail_of
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.showing import view_of

# One try: SES knows no idempotency key, so a second try after a lost answer could be a second mail.
MAILS = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=15)
HOST = "Amazon SES"
MOST_SAID = 200
FAULT = 500
QUOTA_WAIT_SECONDS = 3_600.0  # the quota is of the last 24 hours, so it comes back bit by bit
OPERATOR_WAIT_SECONDS = 3_600.0  # a person has to act
MAIL_ADDRESS = re.compile(r"[^\s,<>]+@[^\s,<>]+")
UNVERIFIED = "not verified"

NO_RECIPIENT = "It has no address. Save one for the channel or for its owner."
SANDBOX = (
    "SES is in its sandbox for this account: verify the recipient there, or ask AWS for production"
    " access."
)
SENDER = "An operator verifies the sender address of FileFerry in SES."
PAUSED = "Sending is paused for this AWS account. An operator looks at the account in SES."
# No message is sent then, to anybody. So it says nothing of a channel, and none is dead for it:
# its owner could not mend it, and would have to revive it after an operator did.
OURS = {
    "AccountSuspendedException": PAUSED,
    "SendingPausedException": PAUSED,
    "MailFromDomainNotVerifiedException": SENDER,
    "NotFoundException": "An operator checks the SES configuration set of FileFerry.",
    "AccessDeniedException": "An operator gives the function the right to send as its sender.",
}
THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})


class SesSender:
    """`sender` is an address that is verified in SES. `client` is one of sesv2 with MAILS."""

    def __init__(self, client: Any, sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        """Mails cannot be changed, so `earlier` does not count."""
        if not target.mails:
            raise ChannelDead(HOST, None, "no address", NO_RECIPIENT)
        envelope = Envelope(self._sender, target.mails, message.id)
        raw = mail_of(view_of(message, target.channel_name), envelope)
        with _domain_errors(self._sender):
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": list(target.mails)},
                Content={"Raw": {"Data": raw}},
            )
        return Sent(None, answer["ResponseMetadata"]["HTTPStatusCode"], "accepted by SES")


@contextmanager
def _domain_errors(sender: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _refusal(error.response, sender) from None
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError) as error:
        raise NotYet(HOST, type(error).__name__, None) from None
    except (HTTPClientError, ConnectionClosedError) as error:
        raise OutcomeUnclear(HOST, type(error).__name__) from None


def _refusal(response: Mapping[str, Any], sender: str) -> SendError:
    code, text = str(response["Error"]["Code"]), str(response["Error"].get("Message", ""))
    status = int(response["ResponseMetadata"]["HTTPStatusCode"])
    told = sentence(MAIL_ADDRESS.sub("(address)", f"{code}: {text}"[: 4 * MOST_SAID]), MOST_SAID)
    if code == "LimitExceededException" or "quota exceeded" in text:
        return NotYet(HOST, told, QUOTA_WAIT_SECONDS)
    if code in THROTTLED:
        return NotYet(HOST, told, None)
    ours = OURS.get(code)
    if code == "MessageRejected" and UNVERIFIED in text:
        if not _names(text, sender):
            return ChannelDead(HOST, status, told, SANDBOX)
        ours = SENDER
    if ours is not None:
        return NotYet(HOST, f"{told} {ours}", OPERATOR_WAIT_SECONDS)
    if status >= FAULT:
        return NotYet(HOST, told, None)
    return MessageRefused(HOST, status, told)


def _names(text: str, sender: str) -> bool:
    """SES lists the identities that are not verified: the sender or only recipients."""
    listed = {each.rstrip(".").lower() for each in MAIL_ADDRESS.findall(text)}
    return sender.lower() in listed or not listed
