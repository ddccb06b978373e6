"""Registers, changes and deletes destinations; their secrets go to the vault and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.transfer.domain.destination import Credential, Destination, HostKey, Protocol
from services.transfer.domain.errors import DestinationInUse, RequestError
from services.transfer.domain.ports import Idempotency, Ports
from services.transfer.domain.transfer import ENDED, Status

CONNECTION_FIELDS = frozenset({"host", "port", "user", "base_path", "protocol"})


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


def register_destination(
    wish: NewDestination, credential: Credential, idempotency: Idempotency | None, *, ports: Ports
) -> Destination:
    """Without host keys it cannot be used until one is confirmed. Each registration has a secret of
    its own, stored first: a repeated one never touches what the destination has by now."""
    now, secret_id = ports.now(), f"{wish.id}-{ports.new_id()}"
    destination = Destination(
        **{name: getattr(wish, name) for name in NewDestination.__dataclass_fields__},
        auth=credential.auth,
        secret_id=secret_id,
        created_at=now,
        updated_at=now,
    )
    ports.vault.store(secret_id, credential)
    try:
        stored = ports.destinations.create(destination, idempotency)
    except RequestError:  # refused for sure; after any other error the destination may exist
        ports.vault.delete(secret_id)
        raise
    if stored.secret_id != secret_id:
        ports.vault.delete(secret_id)
    return stored


def change_destination(
    destination_id: str,
    changes: Mapping[str, Any],
    credential: Credential | None,
    *,
    ports: Ports,
) -> Destination:
    """`changes` by field name. Another server (host, port) loses pins that are not given anew."""
    before = ports.destinations.read(destination_id)
    after = replace(before, **changes, updated_at=ports.now())
    if (after.place, after.base_path) != (before.place, before.base_path):
        _require_no_transfer(destination_id, [each for each in Status if each not in ENDED], ports)
    if (after.host, after.port) != (before.host, before.port) and "host_keys" not in changes:
        after = replace(after, host_keys=())
    if credential is not None:
        after = replace(after, auth=credential.auth)
    if CONNECTION_FIELDS & changes.keys():
        after = replace(after, profile=None)
    stored = ports.destinations.save(after)
    if credential is not None:
        ports.vault.store(stored.secret_id, credential)
    return stored


def delete_destination(destination_id: str, *, ports: Ports) -> None:
    """Raises DestinationInUse while a transfer needs it, be it only to remove its part file."""
    destination = ports.destinations.read(destination_id)
    _require_no_transfer(destination_id, list(Status), ports)
    ports.destinations.delete(destination)
    ports.vault.delete(destination.secret_id)


def _require_no_transfer(destination_id: str, states: Sequence[Status], ports: Ports) -> None:
    for transfer in ports.transfers.open_transfers():
        if transfer.destination_id == destination_id and transfer.status in states:
            raise DestinationInUse(destination_id, transfer.id)
