"""The HTTP routes of the notify service."""

from contracts.contract import PageQuery
from contracts.notify_api import (
    ChannelPatch,
    ChannelRequest,
    ChannelsPage,
    ChannelTestView,
    ChannelView,
    NewChannelView,
    TransferNotificationsView,
)
from contracts.route import Route

OWNERS = "Its owner; operators and admins for shared ones."
LISTED = "Everybody their own and the shared ones."
READERS = f"{LISTED} Operators, auditors and admins everybody's."
REMOVERS = "Its owner; operators and admins everybody's, to silence one that misbehaves."

NOTIFY_ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/notify/channels",
        "notify",
        "list_channels",
        "Your channels and the shared ones",
        ChannelsPage,
        LISTED,
        query=PageQuery,
    ),
    Route(
        "POST",
        "/api/notify/channels",
        "notify",
        "create_channel",
        "Have messages sent to Teams, Slack, an e-mail address or a webhook",
        NewChannelView,
        "Everybody with a role; operators and admins for shared ones. To be told of everybody's"
        " transfers: operators, auditors and admins.",
        201,
        request=ChannelRequest,
        problems=(403, 409),
        idempotency_key=True,
        etag=True,
    ),
    Route(
        "GET",
        "/api/notify/channels/{id}",
        "notify",
        "read_channel",
        "One channel",
        ChannelView,
        READERS,
        problems=(404,),
        etag=True,
    ),
    Route(
        "PATCH",
        "/api/notify/channels/{id}",
        "notify",
        "change_channel",
        "Change where and what a channel tells, or use a dead one again",
        ChannelView,
        OWNERS,
        request=ChannelPatch,
        problems=(403, 404, 409),
        etag=True,
        if_match=True,
    ),
    Route(
        "DELETE",
        "/api/notify/channels/{id}",
        "notify",
        "remove_channel",
        "Remove a channel; what waits there is not sent",
        None,
        REMOVERS,
        204,
        problems=(403, 404, 409),
        if_match=True,
    ),
    Route(
        "POST",
        "/api/notify/channels/{id}/test",
        "notify",
        "test_channel",
        "Send a message that says it is a test, once, and see what came back; 5 a minute at most",
        ChannelTestView,
        OWNERS,
        problems=(403, 404, 409),
    ),
    Route(
        "GET",
        "/api/transfer/{id}/notifications",
        "notify",
        "list_transfer_notifications",
        "Who was told of a transfer, and whether it arrived",
        TransferNotificationsView,
        "Everybody of their own transfers, what went to them and to shared channels; operators,"
        " auditors and admins of all, everything.",
        problems=(404,),
    ),
)
