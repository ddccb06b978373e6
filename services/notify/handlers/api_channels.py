"""The REST API's routes about channels."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from contracts import notify_api as http
from runtime.calls import Answer, Call
from runtime.http import NEVER_KEPT, Operation
from services.notify.domain.channel import CardShape, Channel, Kind, Whose
from services.notify.domain.errors import FieldInvalid
from services.notify.domain.places import Place
from services.notify.domain.ports import Ports
from services.notify.handlers import api_views
from services.notify.use_cases.change_channel import change_channel
from services.notify.use_cases.create_channel import NewChannel, create_channel
from services.notify.use_cases.remove_channel import remove_channel
from services.notify.use_cases.send_test_message import send_test_message
from services.notify.use_cases.show_channels import list_channels, show_channel

# What waits there and when it was used change without the version, so an answer that a browser has
# kept is not the same any more.
FRESH = {"Cache-Control": NEVER_KEPT}
AS_SENT = frozenset({"name"})  # the others need another form, or are a Place


def operations(ports: Ports) -> dict[str, Operation]:
    return {
        "create_channel": partial(_create, ports),
        "list_channels": partial(_list, ports),
        "read_channel": partial(_read, ports),
        "change_channel": partial(_change, ports),
        "remove_channel": partial(_remove, ports),
        "test_channel": partial(_test, ports),
    }


def _create(ports: Ports, call: Call[http.ChannelRequest]) -> Answer:
    body = call.body
    wish = NewChannel(
        id=body.id,
        name=body.name,
        kind=Kind(body.kind),
        place=_place(body),
        rules=api_views.rules_of(body.rules),
        shared=body.shared,
        whose=Whose(body.whose),
        card_shape=CardShape(body.card_shape),
        quiet_hours=api_views.quiet_of(body.quiet_hours),
    )
    made = create_channel(wish, call.caller, call.idempotency, ports=ports)
    view = api_views.channel_view(made.channel, ports=ports)
    secret = SecretStr(made.signing_secret) if made.signing_secret else None
    return Answer(
        http.NewChannelView(**dict(view), signing_secret=secret),
        version=made.channel.tag,
        headers={"Location": f"channels/{made.channel.id}"},
    )


def _list(ports: Ports, call: Call[None]) -> http.ChannelsPage:
    query = call.query
    page = list_channels(call.caller, query.limit, query.cursor, ports=ports)
    views = api_views.channel_views(page.items, ports=ports)
    return http.ChannelsPage(channels=views, cursor=page.cursor)


def _read(ports: Ports, call: Call[None]) -> Answer:
    return _answer(show_channel(call.path["id"], call.caller, ports=ports), ports)


def _change(ports: Ports, call: Call[http.ChannelPatch]) -> Answer:
    body = call.body
    changed = change_channel(
        call.path["id"], _changes(body), _place(body), call.caller, call.if_match, ports=ports
    )
    return _answer(changed, ports)


def _remove(ports: Ports, call: Call[None]) -> None:
    remove_channel(call.path["id"], call.caller, call.if_match, ports=ports)


def _test(ports: Ports, call: Call[None]) -> http.ChannelTestView:
    return api_views.tested_view(send_test_message(call.path["id"], call.caller, ports=ports))


def _answer(channel: Channel, ports: Ports) -> Answer:
    view = api_views.channel_view(channel, ports=ports)
    return Answer(view, version=channel.tag, headers=FRESH)


def _changes(body: http.ChannelPatch) -> Mapping[str, Any]:
    """Raises FieldInvalid."""
    changes: dict[str, Any] = {
        name: getattr(body, name) for name in body.model_fields_set & AS_SENT
    }
    if body.whose is not None:
        changes["whose"] = Whose(body.whose)
    if body.card_shape is not None:
        changes["card_shape"] = CardShape(body.card_shape)
    if body.rules is not None:
        changes["rules"] = api_views.rules_of(body.rules)
    if body.quiet_hours is not None and body.no_quiet_hours:
        advice = "Send either quiet_hours or no_quiet_hours."
        raise FieldInvalid("no_quiet_hours", "true", advice)
    if body.quiet_hours is not None or body.no_quiet_hours:
        changes["quiet_hours"] = api_views.quiet_of(body.quiet_hours)
    if body.active:
        changes["dead"] = None
    return changes


def _place(body: http.ChannelRequest | http.ChannelPatch) -> Place:
    """A request to make a channel has no addresses when it names none. A change that names none
    takes all away, which is refused."""
    none_given = isinstance(body, http.ChannelRequest) and not body.mails
    return Place(
        address=_shown(body.address),
        bot_token=_shown(body.bot_token),
        slack_channel=body.slack_channel,
        mails=None if none_given else body.mails,
    )


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
