"""A credential is for one login at one server. A destination that moves elsewhere loses it."""

import pytest

from services.transfer.domain.credential import Auth, Credential
from services.transfer.domain.errors import CredentialMissing, DestinationChanged, VersionMismatch
from services.transfer.domain_services.partner_session import with_credential
from services.transfer.use_cases.manage_destinations import change_destination, delete_destination
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.keys import PRIVATE_KEY
from tests.fakes.partners import HOST_KEY
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, fail_code, fail_half_way, retry

NEW = Credential(private_key=PRIVATE_KEY)
ELSEWHERE: dict[str, object] = {"host": "elsewhere.example", "host_keys": (HOST_KEY,)}
MOVES: list[dict[str, object]] = [ELSEWHERE, {"port": 2222}, {"user": "somebody"}]
STAYS: list[dict[str, object]] = [
    {"base_path": "/elsewhere"},
    {"name": "Acme & Co", "max_sessions": 2},
    {"host_keys": ()},
    {"host": "sftp.acme.example", "user": "ferry"},
]


@pytest.mark.parametrize("changes", MOVES, ids=lambda each: next(iter(each)))
def test_another_login_drops_the_credential_and_its_secret(changes: dict[str, object]) -> None:
    world = World()
    changed = change_destination("acme", changes, None, ADMIN, ports=world.ports)
    assert (changed.secret_id, changed.auth, changed.profile) == (None, None, None)
    assert world.vault.secrets == {}
    with pytest.raises(CredentialMissing, match=r"'acme'.*PATCH"):
        with_credential("acme", ports=world.ports)


@pytest.mark.parametrize("changes", STAYS, ids=lambda each: next(iter(each)))
def test_what_is_no_other_login_keeps_the_credential(changes: dict[str, object]) -> None:
    world = World()
    before, secrets = world.ports.destinations.read("acme"), dict(world.vault.secrets)
    changed = change_destination("acme", changes, None, ADMIN, ports=world.ports)
    assert changed.secret_id == before.secret_id
    assert world.vault.secrets == secrets


@pytest.mark.parametrize("changes", MOVES, ids=lambda each: next(iter(each)))
def test_a_credential_given_with_the_move_is_the_only_one_left(changes: dict[str, object]) -> None:
    world = World()
    changed = change_destination("acme", changes, NEW, ADMIN, ports=world.ports)
    assert changed.auth is Auth.KEY
    assert world.vault.secrets == {changed.secret_id: NEW}


def test_moving_back_does_not_bring_the_credential_back() -> None:
    world = World()
    before = world.ports.destinations.read("acme")
    change_destination("acme", ELSEWHERE, None, ADMIN, ports=world.ports)
    back = {"host": before.host, "host_keys": before.host_keys}
    change_destination("acme", back, None, ADMIN, ports=world.ports)
    with pytest.raises(CredentialMissing):
        with_credential("acme", ports=world.ports)
    change_destination("acme", {}, NEW, ADMIN, ports=world.ports)
    assert with_credential("acme", ports=world.ports)[1] == NEW


def test_nothing_is_started_or_sent_without_a_credential() -> None:
    world = World()
    change_destination("acme", ELSEWHERE, None, ADMIN, ports=world.ports)
    with pytest.raises(CredentialMissing, match="PATCH"):
        world.request(BODY)
    tested = probe_destination("acme", ADMIN, ports=world.ports)
    assert tested.failure is not None
    assert tested.failure.code == "credential_missing"
    assert world.calls.counts["partners.connect"] == 0


def test_a_retry_after_the_move_fails_with_what_to_do() -> None:
    world = World()
    transfer = fail_half_way(world)
    change_destination("acme", ELSEWHERE, None, ADMIN, ports=world.ports)
    retry(world, transfer)
    world.run()
    assert fail_code(world.read(transfer)) == "credential_missing"


@pytest.mark.parametrize("credential", [None, NEW], ids=["dropped", "replaced"])
def test_a_refused_move_costs_the_destination_nothing(credential: Credential | None) -> None:
    world = World()
    before, secrets = world.ports.destinations.read("acme"), dict(world.vault.secrets)
    world.calls.refuse("destinations.save", DestinationChanged("acme"))
    with pytest.raises(DestinationChanged):
        change_destination("acme", ELSEWHERE, credential, ADMIN, ports=world.ports)
    assert world.ports.destinations.read("acme") == before
    assert world.vault.secrets == secrets


def test_of_two_moves_at_once_one_is_refused_and_no_secret_stays() -> None:
    world = World()

    def rival() -> None:
        change_destination("acme", {"port": 2222}, None, ADMIN, ports=world.ports)

    world.calls.before("destinations.save", rival)
    with pytest.raises(DestinationChanged):
        change_destination("acme", ELSEWHERE, NEW, ADMIN, ports=world.ports)
    assert world.ports.destinations.read("acme").port == 2222
    assert world.vault.secrets == {}


def test_a_credential_for_the_server_that_was_there_before_is_refused_by_its_version() -> None:
    world = World()
    seen = world.ports.destinations.read("acme").tag
    change_destination("acme", ELSEWHERE, None, ADMIN, ports=world.ports)
    with pytest.raises(VersionMismatch):
        change_destination("acme", {}, NEW, ADMIN, seen, ports=world.ports)
    assert world.vault.secrets == {}


def leave_secret(world: World, credential: Credential | None = None) -> None:
    """The process dies after it has stored the record and before it deletes the old secret."""
    world.calls.fail("vault.delete", RuntimeError("died"))
    with pytest.raises(RuntimeError):
        change_destination("acme", ELSEWHERE, credential, ADMIN, ports=world.ports)
    assert world.ports.destinations.read("acme").host == "elsewhere.example"


def test_a_secret_left_by_a_crash_is_deleted_by_the_repetition() -> None:
    world = World()
    leave_secret(world)
    assert len(world.vault.secrets) == 1
    with pytest.raises(CredentialMissing):
        with_credential("acme", ports=world.ports)
    again = change_destination("acme", ELSEWHERE, None, ADMIN, ports=world.ports)
    assert world.vault.secrets == {}
    assert again.retired_secret is None


def test_a_secret_left_by_a_crash_goes_with_the_next_credential_or_the_destination() -> None:
    world = World()
    leave_secret(world, NEW)
    assert len(world.vault.secrets) == 2
    changed = change_destination("acme", {}, Credential(password="third"), ADMIN, ports=world.ports)
    assert list(world.vault.secrets) == [changed.secret_id]
    world = World()
    leave_secret(world, NEW)
    delete_destination("acme", ADMIN, ports=world.ports)
    assert world.vault.secrets == {}
