"""A destination's key is read when it is given, and a credential is replaced whole."""

import pytest

from services.transfer.domain.credential import Auth, Credential
from services.transfer.domain.destination import Protocol
from services.transfer.domain.errors import FieldInvalid, RoleMissing
from services.transfer.handlers.api_views import destination_view
from services.transfer.use_cases.manage_destinations import change_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.keys import PRIVATE_KEY
from tests.fakes.partners import HOST_KEY
from tests.fakes.world import World

WISH = NewDestination(
    "partner", "Partner", Protocol.SFTP, "sftp.example", 22, "ferry", "/", 1, (HOST_KEY,)
)
PASSWORD, KEY = Credential(password="pw"), Credential(private_key=PRIVATE_KEY)
BOTH = Credential(password="pw", private_key=PRIVATE_KEY)
BROKEN = Credential(password="pw", private_key=PRIVATE_KEY[:200])


def test_a_broken_key_is_neither_registered_nor_stored() -> None:
    world = World()
    before = dict(world.vault.secrets)
    with pytest.raises(FieldInvalid, match="cut short"):
        register_destination(WISH, BROKEN, ADMIN, None, ports=world.ports)
    with pytest.raises(FieldInvalid, match="cut short"):
        change_destination("acme", {}, BROKEN, ADMIN, ports=world.ports)
    assert world.vault.secrets == before


def test_only_an_admin_learns_what_is_wrong_with_a_key() -> None:
    world = World()
    with pytest.raises(RoleMissing):
        register_destination(WISH, BROKEN, ANN, None, ports=world.ports)
    with pytest.raises(RoleMissing):
        change_destination("acme", {}, BROKEN, ANN, ports=world.ports)


@pytest.mark.parametrize(
    ("credential", "auth", "shown"),
    [
        (PASSWORD, Auth.PASSWORD, (True, False)),
        (KEY, Auth.KEY, (False, True)),
        (BOTH, Auth.KEY_AND_PASSWORD, (True, True)),
    ],
)
def test_a_patch_with_a_credential_replaces_all_of_the_one_before(
    credential: Credential, auth: Auth, shown: tuple[bool, bool]
) -> None:
    world = World()
    for first in (PASSWORD, KEY, BOTH):
        change_destination("acme", {}, first, ADMIN, ports=world.ports)
        changed = change_destination("acme", {}, credential, ADMIN, ports=world.ports)
        view = destination_view(changed, world.clock)
        assert changed.secret_id is not None
        assert world.vault.read(changed.secret_id) == credential
        assert (changed.auth, (view.has_password, view.has_key)) == (auth, shown)
