"""Says where a channel's messages go. Its secrets go to the vault and nowhere else."""

from dataclasses import replace

from services.notify.domain.addresses import check_address, host_of
from services.notify.domain.channel import Channel, Kind, Secrets
from services.notify.domain.errors import AddressRefused, FieldInvalid
from services.notify.domain.places import Place, check_place
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_secrets import read_secrets

SLACK = "slack.com"  # where a bot token leads to
CLOSED = (
    "We do not send there: its name has no address, or one in a network that is closed to us, or"
    " the address does not begin with https://."
)


def placed(channel: Channel, place: Place, *, ports: Ports) -> Channel:
    """With what is shown of the new place. A channel with a new place is alive. Raises
    FieldInvalid, which never shows an address."""
    check_place(channel, place)
    if not place.sent:
        return channel
    if place.address is not None:
        channel = _at(channel, place.address, ports=ports)
    if place.bot_token is not None:
        channel = replace(channel, host=SLACK, cautions=())
    if place.slack_channel is not None:
        channel = replace(channel, slack_channel=place.slack_channel)
    if place.mails is not None:
        channel = replace(channel, mails=place.mails)
    return replace(channel, dead=None)


def new_secrets(channel: Channel, place: Place, *, ports: Ports) -> Secrets:
    """Of a channel that was stored before, or is made. A webhook keeps its signing secret for life,
    because its receiver knows it. Raises SecretMissing."""
    signing = None
    if channel.kind is Kind.WEBHOOK and channel.secret_id is None:
        signing = ports.new_signing_secret()
    elif channel.kind is Kind.WEBHOOK:
        signing = read_secrets(channel, ports=ports)[1].signing_secret
    return Secrets(place.address, place.bot_token, signing)


def _at(channel: Channel, address: str, *, ports: Ports) -> Channel:
    cautions = check_address(channel.kind, address)
    try:
        ports.addresses.check(address)
    except AddressRefused as refused:
        raise FieldInvalid("address", refused.host, CLOSED) from None
    return replace(channel, host=host_of(address), slack_channel=None, cautions=cautions)
