"""Changes a channel. A new address gets a secret of its own, and the old one is deleted after
that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.caller import Caller
from services.notify.domain.access import require_may_use, require_version
from services.notify.domain.channel import Channel, Whose
from services.notify.domain.errors import FieldInvalid, RequestError
from services.notify.domain.places import Place, check_card_shape
from services.notify.domain.ports import Ports
from services.notify.domain_services.place_channel import new_secrets, placed
from services.notify.domain_services.read_channel import read_channel
from services.notify.domain_services.require_useful import require_useful

ABOUT_WHAT_IS_TOLD = frozenset({"rules", "whose", "quiet_hours"})


def change_channel(
    channel_id: str,
    changes: Mapping[str, Any],
    place: Place,
    caller: Caller,
    expected: int | None = None,
    *,
    ports: Ports,
) -> Channel:
    """`changes` has values by field name; `dead` None begins to use a dead channel again.
    `expected` is the version that the caller wants to change, and None stands for any. Raises
    ChannelNotFound, NotYours, RoleMissing, VersionMismatch, FieldInvalid, SecretMissing,
    ChannelChanged."""
    before = read_channel(channel_id, ports=ports)
    require_may_use(before, caller)
    require_version(before, expected)
    changed = replace(before, **changes, updated_at=ports.now())
    after = placed(changed, place, ports=ports)
    check_card_shape(after.kind, after.card_shape)
    if after.shared and after.whose is Whose.MINE:
        raise FieldInvalid("whose", after.whose, "A shared channel tells of everybody's.")
    if ABOUT_WHAT_IS_TOLD & changes.keys():
        require_useful(after, caller, ports=ports)
    if not place.has_secrets:
        return _save(before, after, ports=ports)
    secret_id = f"{after.id}-{ports.new_id()}"
    ports.vault.store(secret_id, new_secrets(before, place, ports=ports))
    try:
        return _save(before, replace(after, secret_id=secret_id), ports=ports)
    except RequestError:  # surely not stored; after any other error the channel may name it
        ports.vault.delete(secret_id)
        raise


def _save(before: Channel, after: Channel, *, ports: Ports) -> Channel:
    """Stores the channel first and deletes the old secret after that. So a change that is refused
    or dies in between does not cost the channel its address. The channel names the secret that is
    still to be deleted, and the next change deletes it."""
    if before.retired_secret is not None:
        ports.vault.delete(before.retired_secret)
    retired = before.secret_id if before.secret_id != after.secret_id else None
    stored = ports.channels.save(replace(after, retired_secret=retired))
    if retired is not None:
        ports.vault.delete(retired)
    return stored
