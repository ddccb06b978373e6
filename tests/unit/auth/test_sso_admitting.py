"""An identity is bound to one user, is never taken over, and has the roles of its groups."""

from dataclasses import replace

import pytest

from kernel.caller import Grants, Role, SourceGrant
from services.auth.domain.errors import NotMapped, SsoRefused
from services.auth.domain.session import ClientKind
from services.auth.domain.user import Identity, LoginMethod, User
from services.auth.domain_services.admit_identity import TRIES, admit_identity
from services.auth.domain_services.open_session import open_session
from services.auth.use_cases.manage_users import UserChanges, change_user, remove_user
from tests.fakes.auth_world import ADDRESS, AuthWorld

SUBJECT = "https://idp.example|42"
MIA = Identity(SUBJECT, "mia@acme.example", "Mia Miller", frozenset({"ferry-users", "golf"}), True)
NAME = MIA.user_name


@pytest.fixture
def world() -> AuthWorld:
    return AuthWorld()


def admit(world: AuthWorld, identity: Identity = MIA) -> User:
    return admit_identity(identity, ADDRESS, ports=world.ports)


def refusal(world: AuthWorld, identity: Identity = MIA) -> tuple[str, str | None]:
    """The reason and the user of the LoginFailed that was told."""
    before = len(world.told())
    with pytest.raises(NotMapped):
        admit(world, identity)
    [told] = [data for kind, data in world.told()[before:] if kind == "LoginFailed.v1"]
    assert (told["method"], told["source_ip"]) == ("sso", ADDRESS)
    assert (told["failures"], told["retry_at"]) == (1, None)
    return told["reason"], told["user"]


def test_the_first_login_makes_a_user_who_may_send_nothing_yet(world: AuthWorld) -> None:
    user = admit(world)
    assert user == world.users.read(NAME)
    assert (user.full_name, user.roles, user.grants) == ("Mia Miller", (Role.USER,), Grants())
    assert (user.login, user.password_hash, user.subject) == (LoginMethod.SSO, None, SUBJECT)
    assert user.api_key is not None
    [(kind, told)] = world.told()
    assert (kind, told["user"], told["sequence"]) == ("UserAdded.v1", NAME, 0)


def test_later_logins_find_the_same_user_and_leave_grants_and_name_alone(world: AuthWorld) -> None:
    first = admit(world)
    granted = replace(first, full_name="Mia M.", grants=Grants((SourceGrant("b", "p/"),), ("*",)))
    stored = world.users.save(granted)
    assert admit(world, replace(MIA, full_name="Other")) == stored


@pytest.mark.parametrize("name", ["MIA@Acme.Example", "mia@ACME.example"])
def test_letters_in_upper_case_make_no_other_user(world: AuthWorld, name: str) -> None:
    first = admit(world)
    assert admit(world, replace(MIA, user_name=name)).name == first.name


@pytest.mark.parametrize(
    "name",
    ["", "o'dd", "a b", "-a", "a" * 65, "a\n", " a", "m\u0131a", "\u212aim", "ANN\u212a", "../x"],
)
def test_what_is_no_name_of_a_user_is_refused(world: AuthWorld, name: str) -> None:
    assert refusal(world, replace(MIA, user_name=name)) == ("not_mapped", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", NAME), ("\u0007", NAME), ("A\r\nB\u2028C", "A B C"), ("x" * 150, "x" * 100)],
)
def test_a_full_name_becomes_one_that_can_be_shown(world: AuthWorld, given: str, kept: str) -> None:
    assert admit(world, replace(MIA, full_name=given)).full_name == kept


def test_a_user_with_a_password_is_not_taken_over(world: AuthWorld) -> None:
    before = world.users.read("ada")
    assert refusal(world, replace(MIA, user_name="ada")) == ("not_mapped", "ada")
    assert world.users.read("ada") == before


def test_a_user_of_another_subject_is_not_taken_over(world: AuthWorld) -> None:
    bound = admit(world)
    for subject in ("https://idp.example|43", "https://other.example|42"):
        assert refusal(world, replace(MIA, subject=subject)) == ("not_mapped", NAME)
    assert world.users.read(NAME) == bound


def test_a_user_that_an_admin_made_for_it_is_bound_at_the_first_login(world: AuthWorld) -> None:
    made = world.add(NAME, Role.ADMIN, login=LoginMethod.SSO, password_hash=None)
    bound = admit(world)
    assert (bound.subject, bound.roles, bound.api_key) == (SUBJECT, (Role.USER,), made.api_key)
    assert refusal(world, replace(MIA, subject="https://idp.example|43"))[0] == "not_mapped"


def test_only_whom_the_provider_vouches_for_is_bound_to_a_user_that_is_there(
    world: AuthWorld,
) -> None:
    made = world.add(NAME, Role.USER, login=LoginMethod.SSO, password_hash=None)
    claimed = replace(MIA, vouched=False)
    assert refusal(world, claimed) == ("not_mapped", NAME)
    assert world.users.read(NAME) == made
    admit(world)
    assert admit(world, claimed).subject == SUBJECT


def test_a_new_user_may_be_one_the_provider_does_not_vouch_for(world: AuthWorld) -> None:
    assert admit(world, replace(MIA, vouched=False)).subject == SUBJECT


def test_a_removed_users_name_is_nobodys(world: AuthWorld) -> None:
    admit(world)
    remove_user(world.caller("ada"), NAME, None, ports=world.ports)
    keys = dict(world.api_keys.keys)
    assert refusal(world) == ("not_mapped", None)
    assert world.api_keys.keys == keys


def test_a_locked_user_is_refused(world: AuthWorld) -> None:
    admit(world)
    change_user(world.caller("ada"), NAME, UserChanges(locked=True), None, ports=world.ports)
    assert refusal(world) == ("user_locked", NAME)


def test_without_a_mapped_group_nobody_is_made(world: AuthWorld) -> None:
    assert refusal(world, replace(MIA, groups=frozenset({"golf"}))) == ("no_role", None)
    assert [user.name for user in world.users.page(10, None).items] == ["ada", "ann"]


def test_lost_groups_take_the_roles_from_sessions_that_are_still_open(world: AuthWorld) -> None:
    opened = open_session(admit(world), LoginMethod.SSO, ClientKind.API, ADDRESS, ports=world.ports)
    assert refusal(world, replace(MIA, groups=frozenset())) == ("no_role", NAME)
    assert world.authorize(opened.access_token).user.roles == ()


def test_a_stranger_cannot_take_the_roles_of_somebody_elses_user(world: AuthWorld) -> None:
    bound = admit(world)
    stranger = replace(MIA, subject="https://idp.example|43", groups=frozenset())
    assert refusal(world, stranger) == ("not_mapped", NAME)
    assert world.users.read(NAME) == bound


def test_a_user_nobody_is_bound_to_keeps_the_roles_an_admin_gave(world: AuthWorld) -> None:
    made = world.add(NAME, Role.AUDITOR, login=LoginMethod.SSO, password_hash=None)
    assert refusal(world, replace(MIA, groups=frozenset())) == ("no_role", NAME)
    assert world.users.read(NAME) == made


def test_several_groups_give_several_roles(world: AuthWorld) -> None:
    both = replace(MIA, groups=frozenset({"ferry-admins", "ferry-users"}))
    assert admit(world, both).roles == (Role.USER, Role.ADMIN)


def test_two_first_logins_at_once_make_one_user(world: AuthWorld) -> None:
    """The other login is faster by a moment."""
    others: list[User] = []
    world.calls.before("users.create", lambda: others.append(admit(world)))
    user = admit(world)
    assert [user] == others
    assert user.subject == SUBJECT
    assert [key for name, key in world.api_keys.keys.values() if name == NAME] == [user.api_key]
    assert [kind for kind, _ in world.told()] == ["UserAdded.v1"]


def test_a_change_at_the_same_moment_is_not_lost(world: AuthWorld) -> None:
    """An admin locks the user between our reading and saving."""
    admit(world)

    def lock() -> None:
        world.users.save(replace(world.users.read(NAME), locked=True))

    world.calls.before("users.save", lock)
    more = replace(MIA, groups=frozenset({"ferry-admins"}))
    assert refusal(world, more) == ("user_locked", NAME)
    assert world.users.read(NAME).roles == (Role.USER,)


def test_a_user_who_is_changed_all_the_time_has_to_begin_again(world: AuthWorld) -> None:
    admit(world)

    def rename() -> None:
        stored = world.users.read(NAME)
        world.users.save(replace(stored, full_name=f"{stored.full_name}!"))

    world.calls.before_each("users.save", rename)
    with pytest.raises(SsoRefused):
        admit(world, replace(MIA, groups=frozenset({"ferry-admins"})))
    left = world.users.read(NAME)
    assert (left.full_name, left.roles) == ("Mia Miller" + "!" * TRIES, (Role.USER,))
