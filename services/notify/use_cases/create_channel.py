"""Makes a channel. Its secrets go to the vault and nowhere else."""

from dataclasses import dataclass, field, replace

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.notify.domain.access import require_may_make
from services.notify.domain.channel import (
    OUR_IDS,
    CardShape,
    Channel,
    Kind,
    QuietHours,
    Rule,
    Whose,
)
from services.notify.domain.errors import FieldInvalid, RequestError
from services.notify.domain.places import Place, check_card_shape
from services.notify.domain.ports import Ports
from services.notify.domain_services.place_channel import new_secrets, placed
from services.notify.domain_services.read_secrets import read_secrets
from services.notify.domain_services.require_useful import require_useful

MOST_OWN, MOST_SHARED = 20, 200


@dataclass(frozen=True)
class NewChannel:
    id: str
    name: str
    kind: Kind
    place: Place
    rules: tuple[Rule, ...]
    shared: bool = False
    whose: Whose = Whose.MINE
    card_shape: CardShape = CardShape.MESSAGE
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True)
class Created:
    """`signing_secret` is a webhook's. Whoever repeats the request gets it again."""

    channel: Channel
    signing_secret: str | None = field(default=None, repr=False)


def create_channel(
    wish: NewChannel, caller: Caller, idempotency: Idempotency | None, *, ports: Ports
) -> Created:
    """The secret is stored first, under an id of its own for each request. So a repeated request
    never touches the secret that the channel has by now. Raises RoleMissing, FieldInvalid,
    ChannelExists, TooManyChannels, IdempotencyConflict."""
    require_may_make(caller, wish.shared)
    if wish.id.startswith(OUR_IDS):  # else somebody could take that of another user's first one
        raise FieldInvalid("id", wish.id, f"Ids with {OUR_IDS!r} are given by us. Choose another.")
    bare = _bare(wish, caller, ports=ports)
    check_card_shape(wish.kind, wish.card_shape)
    channel = placed(bare, wish.place, ports=ports)
    require_useful(channel, caller, ports=ports)
    if not wish.place.has_secrets:
        return Created(_create(channel, idempotency, ports=ports))
    secrets, secret_id = new_secrets(bare, wish.place, ports=ports), f"{bare.id}-{ports.new_id()}"
    ports.vault.store(secret_id, secrets)
    try:
        stored = _create(replace(channel, secret_id=secret_id), idempotency, ports=ports)
    except RequestError:  # surely not stored; after any other error the channel may exist
        ports.vault.delete(secret_id)
        raise
    if stored.secret_id == secret_id:
        return Created(stored, secrets.signing_secret)
    ports.vault.delete(secret_id)
    stored, secrets = read_secrets(stored, ports=ports)
    return Created(stored, secrets.signing_secret)


def _bare(wish: NewChannel, caller: Caller, *, ports: Ports) -> Channel:
    now = ports.now()
    return Channel(
        id=wish.id,
        name=wish.name,
        kind=wish.kind,
        owner=None if wish.shared else caller.name,
        whose=Whose.ALL if wish.shared else wish.whose,
        rules=wish.rules,
        created_at=now,
        updated_at=now,
        quiet_hours=wish.quiet_hours,
        card_shape=wish.card_shape,
    )


def _create(channel: Channel, idempotency: Idempotency | None, *, ports: Ports) -> Channel:
    most = MOST_SHARED if channel.shared else MOST_OWN
    return ports.channels.create(channel, most, idempotency)
