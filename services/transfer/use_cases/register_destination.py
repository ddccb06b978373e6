"""Registers a destination with its credential."""

from dataclasses import dataclass

from kernel.caller import Caller, Role
from kernel.idempotency import Idempotency
from services.transfer.domain.access import require_role
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Delivery, Destination, Protocol, Tls
from services.transfer.domain.errors import RequestError
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import Ports
from services.transfer.domain.protocol_rules import require_fitting


@dataclass(frozen=True)
class NewDestination:
    id: str
    name: str
    protocol: Protocol
    host: str
    port: int
    user: str
    base_path: str
    max_sessions: int
    host_keys: tuple[HostKey, ...]
    delivery: Delivery = Delivery.ATOMIC
    create_folders: bool = False
    probe_writes: bool = True
    probe_name: str | None = None
    tls: Tls | None = None
    accepts_unencrypted_login: bool = False


def register_destination(
    wish: NewDestination,
    credential: Credential,
    caller: Caller,
    idempotency: Idempotency | None,
    *,
    ports: Ports,
) -> Destination:
    """A destination without host keys cannot be used until one is confirmed. The secret is stored
    first, under an id of its own for each registration. So a repeated registration never touches
    the secret that the destination has by now. Raises RoleMissing, FieldInvalid, HostNotResolved,
    AddressForbidden, DestinationExists, IdempotencyConflict."""
    require_role(caller, Role.ADMIN)
    now, secret_id = ports.now(), f"{wish.id}-{ports.new_id()}"
    destination = Destination(
        **{name: getattr(wish, name) for name in NewDestination.__dataclass_fields__},
        auth=credential.auth,
        secret_id=secret_id,
        created_at=now,
        updated_at=now,
    )
    require_fitting(destination, credential)
    ports.partners.check_credential(credential)
    ports.partners.check_address(wish.host, wish.port)
    ports.vault.store(secret_id, credential)
    try:
        stored = ports.destinations.create(destination, idempotency)
    except RequestError:  # surely not stored; after any other error the destination may exist
        ports.vault.delete(secret_id)
        raise
    if stored.secret_id != secret_id:
        ports.vault.delete(secret_id)
    return stored
