"""Channels for another region. Messages and what is known of transfers stay."""

import re
from collections.abc import Sequence
from dataclasses import replace

from botocore.client import BaseClient

from runtime.dynamodb.carriage import Carriage, Kind, newer
from runtime.dynamodb.table import Action
from services.notify.adapters.dynamodb_channels import channel_row, one_more
from services.notify.domain.channel import Channel

ID = re.compile(r"[a-z0-9-]{1,64}")


def channel_carriage(client: BaseClient, table: str) -> Carriage:
    kind = Kind(
        "channel",
        Channel,
        "CHANNEL#",
        "CHANNEL",
        channel_row,
        lambda channel: replace(channel, last_sent_at=None),
        channel_arrives,
        _counted,
    )
    return Carriage(client, table, [kind])


def channel_arrives(channel: Channel, stored: Channel | None) -> Channel | None:
    """Its address comes by the replica of its secret. Raises ValueError."""
    if not ID.fullmatch(channel.id):
        raise ValueError(f"{channel.id!r} is no id of a channel")
    arrived: Channel | None = newer(channel, stored)
    return arrived


def _counted(channel: Channel, stored: Channel | None) -> Sequence[Action]:
    return [] if stored is not None or channel.is_given else [one_more(channel)]
