"""Changes and deletes destinations. Their secrets go to the vault and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.caller import Caller, Role
from services.transfer.domain.access import require_role
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationInUse,
    RequestError,
    VersionMismatch,
)
from services.transfer.domain.ports import Ports
from services.transfer.domain.protocol_rules import require_fitting
from services.transfer.domain.status import ENDED, Status

CONNECTION_FIELDS = frozenset({"host", "port", "user", "base_path", "protocol", "tls"})
SAVE_TRIES = 5  # lanes and probes change the record once in minutes


def change_destination(
    destination_id: str,
    changes: Mapping[str, Any],
    credential: Credential | None,
    caller: Caller,
    expected: int | None = None,
    *,
    ports: Ports,
) -> Destination:
    """`changes` has values by field name. `expected` is the version that the caller wants to
    change, and None stands for any.

    A change of the server (host or port) drops the pins unless new ones are given. A change of the
    login (host, port or user) drops the credential unless a new one is given. Otherwise whoever may
    change a destination could have a partner's password sent to a server of their choice. A change
    of `base_path` drops neither, because it is used after the login at the same server.

    Raises RoleMissing, FieldInvalid, VersionMismatch, HostNotResolved, AddressForbidden,
    DestinationInUse."""
    require_role(caller, Role.ADMIN)
    if credential is not None:
        ports.partners.check_credential(credential)
    before = _expected(destination_id, expected, ports)
    after = replace(before, **changes, updated_at=ports.now(), edits=before.edits + 1)
    require_fitting(after, credential)
    if (after.place, after.base_path) != (before.place, before.base_path):
        _require_no_transfer(destination_id, [each for each in Status if each not in ENDED], ports)
    if (after.host, after.port) != (before.host, before.port):
        ports.partners.check_address(after.host, after.port)
        after = after if "host_keys" in changes else replace(after, host_keys=())
    elsewhere = bool(CONNECTION_FIELDS & changes.keys())
    if elsewhere:
        after = replace(after, profile=None)
    stored = _save_with_credential(before, after, credential, elsewhere, ports=ports)
    if credential is not None or elsewhere:
        ports.slots.unbind(destination_id)  # it was found out with another login
    return stored


def _save_with_credential(
    before: Destination,
    after: Destination,
    credential: Credential | None,
    elsewhere: bool,
    *,
    ports: Ports,
) -> Destination:
    """Stores a new secret first, as the registration does. So a record never names a secret that
    does not exist or belongs to another record. Without a new one the old one stays as long as the
    login does."""
    if credential is None:
        same = after.login == before.login
        kept = after if same else replace(after, auth=None, secret_id=None)
        return _save(before, kept, elsewhere, ports=ports)
    secret_id = f"{after.id}-{ports.new_id()}"
    ports.vault.store(secret_id, credential)
    try:
        named = replace(after, auth=credential.auth, secret_id=secret_id, credential_at=ports.now())
        return _save(before, named, elsewhere, ports=ports)
    except RequestError:  # surely not stored; after any other error the record may name it
        ports.vault.delete(secret_id)
        raise


def _save(before: Destination, after: Destination, elsewhere: bool, *, ports: Ports) -> Destination:
    """Stores the record first and deletes the old secret after that. So a change that is refused or
    dies in between does not cost the destination its credential. The record names the secret that
    is still to be deleted, and the next change deletes it."""
    if before.retired_secret is not None:
        ports.vault.delete(before.retired_secret)
    retired = before.secret_id if before.secret_id != after.secret_id else None
    stored = _edit(before, replace(after, retired_secret=retired), elsewhere, ports=ports)
    if retired is not None:
        ports.vault.delete(retired)
    return stored


def _edit(before: Destination, after: Destination, elsewhere: bool, *, ports: Ports) -> Destination:
    """What lanes and probes find out about the server meanwhile is kept, unless the edit leads
    `elsewhere`. Raises DestinationChanged when somebody else edited it."""
    for _ in range(SAVE_TRIES):
        try:
            return ports.destinations.save(after)
        except DestinationChanged:
            current = ports.destinations.read(before.id)
            if replace(current, profile=before.profile, version=before.version) != before:
                raise
            profile = None if elsewhere else current.profile
            after = replace(after, profile=profile, version=current.version)
    raise DestinationChanged(before.id)


def delete_destination(
    destination_id: str, caller: Caller, expected: int | None = None, *, ports: Ports
) -> None:
    """Raises RoleMissing, VersionMismatch. Raises DestinationInUse while a transfer needs it, even
    if only to remove its part file."""
    require_role(caller, Role.ADMIN)
    destination = _expected(destination_id, expected, ports)
    _require_no_transfer(destination_id, list(Status), ports)
    ports.destinations.delete(destination)
    for secret_id in (destination.secret_id, destination.retired_secret):
        if secret_id is not None:
            ports.vault.delete(secret_id)


def _expected(destination_id: str, version: int | None, ports: Ports) -> Destination:
    destination = ports.destinations.read(destination_id)
    if version is not None and version != destination.tag:
        raise VersionMismatch(version, destination.tag)
    return destination


def _require_no_transfer(destination_id: str, states: Sequence[Status], ports: Ports) -> None:
    for transfer in ports.transfers.open_transfers():
        if transfer.destination_id == destination_id and transfer.status in states:
            raise DestinationInUse(destination_id, transfer.id)
