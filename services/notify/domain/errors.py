"""Everything that can go wrong in notify: a class per reason, with its code."""

from kernel import refusals
from kernel.errors import DeclaredError
from services.notify.domain.channel import Channel


class NotifyError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


# --- what a caller did wrong -----------------------------------------------------------------


class RequestError(NotifyError):
    """Is answered to the caller."""


class RoleMissing(refusals.RoleMissing, RequestError): ...


class IdempotencyConflict(refusals.IdempotencyConflict, RequestError): ...


class VersionMismatch(refusals.VersionMismatch, RequestError): ...


class FieldInvalid(refusals.FieldInvalid, RequestError): ...


class TransferNotFound(RequestError):
    code, status = "transfer_not_found", 404
    message = "There is no transfer {transfer_id!r} of which messages are told."
    transfer_id: str


class ChannelNotFound(RequestError):
    """Is also the answer for a channel that the caller may not see."""

    code, status = "channel_not_found", 404
    message = "There is no channel {channel_id!r}. List yours with GET /api/notify/channels."
    channel_id: str


class ChannelExists(RequestError):
    """It may be somebody else's, of which nothing more is told."""

    code, status = "channel_exists", 409
    message = "The id {channel_id!r} is taken. Choose another one."
    channel_id: str


class ChannelChanged(RequestError):
    code, status = "channel_changed", 409
    message = (
        "Channel {channel_id!r} was changed by somebody else at the same moment. Read it again and"
        " repeat."
    )
    channel_id: str


class TooManyChannels(RequestError):
    code, status = "too_many_channels", 409
    message = "There are {most} {whose} channels already, and that is the most. Remove one first."
    most: int
    whose: str


class NotYours(RequestError):
    code, status = "not_yours", 403
    message = (
        "Channel {channel_id!r} belongs to {owner!r}. Only they change or test it; operators and"
        " admins may remove it."
    )
    channel_id: str
    owner: str


class SecretMissing(RequestError):
    """The vault has lost what the channel names, or somebody deleted it there."""

    code, status = "secret_missing", 409
    message = (
        "The address of channel {channel_id!r} is not in Secrets Manager any more. Send it again"
        " with PATCH. For a webhook make a new channel, which gets a new signing secret."
    )
    channel_id: str


class TooManyTests(RequestError):
    code, status = "too_many_tests", 429
    message = "You sent {most} test messages within a minute. Wait {retry_after_seconds} s."
    most: int
    retry_after_seconds: int


class AddressRefused(NotifyError):
    """It leads to no host that we call. It does not say what the host's name leads to, because
    names inside our network are nobody's business."""

    code = "address_refused"
    message = "We do not send to {host!r}."
    host: str


# --- what may work later -------------------------------------------------------------------------


class RecordBusy(NotifyError):
    code, retryable = "record_busy", True
    message = "Too many write {what} at once. It is tried again."
    what: str


class RecordsNotRead(NotifyError):
    code, retryable = "records_not_read", True
    message = "{count} records could not be read now. It is tried again."
    count: int


# --- what happened to a message ------------------------------------------------------------------


class SendError(NotifyError):
    """The message was not sent, or nobody knows. `said` is the beginning of the answer, cleaned."""


class NotYet(SendError):
    """The other side surely did not take it, and may take it later. `wait_seconds` is what it asks
    for, None where it does not say."""

    code, retryable = "not_yet", True
    message = "{host} does not take the message now ({reason})."
    host: str
    reason: str
    wait_seconds: float | None


class MessageRefused(SendError):
    """This message will never be taken there. Others may be."""

    code = "message_refused"
    message = "{host} refuses this message ({http_status}): {said}"
    host: str
    http_status: int | None
    said: str


class ChannelDead(SendError):
    """Nothing is taken there until somebody mends the channel. `advice` says how."""

    code = "channel_dead"
    message = "{host} refuses the channel ({said}). {advice}"
    host: str
    http_status: int | None
    said: str
    advice: str


class OutcomeUnclear(SendError):
    """It was sent, and no whole answer came. It may have arrived, so it is not sent again."""

    code = "outcome_unclear"
    message = "{host} gave no answer ({reason}). The message may have arrived."
    host: str
    reason: str


# --- why a message is not sent at all -------------------------------------------------------------


class Undeliverable(NotifyError):
    """Is recorded as the message's failure. Nothing was sent."""


class ChannelRemoved(Undeliverable):
    code = "channel_removed"
    message = "The channel {channel_id!r} was removed before it was told this."
    channel_id: str


class ChannelIsDead(Undeliverable):
    code = "channel_dead"
    message = "Nothing is sent to channel {channel_id!r} until somebody mends it."
    channel: Channel

    @property
    def channel_id(self) -> str:
        return self.channel.id


class OwnerSilent(Undeliverable):
    code = "owner_silent"
    message = "The user {owner!r} is locked or removed, so nothing is told to them."
    owner: str


class RightsLost(Undeliverable):
    code = "rights_lost"
    message = "The user {owner!r} may not see everybody's transfers any more."
    owner: str


class AddressUnknown(Undeliverable):
    code = "address_unknown"
    message = "No e-mail address of {recipient} is known. Ask an admin to enter one."
    recipient: str


class SecretLost(Undeliverable):
    code = "secret_missing"
    message = (
        "The address of channel {channel_id!r} is not in Secrets Manager any more. Save it again."
    )
    channel: Channel

    @property
    def channel_id(self) -> str:
        return self.channel.id


class Superseded(Undeliverable):
    code = "superseded"
    message = "The channel is told something newer of transfer {transfer_id!r}."
    transfer_id: str
