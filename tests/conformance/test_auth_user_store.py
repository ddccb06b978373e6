"""UserStore. A user is saved only if nobody changed them meanwhile. A name is given only once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.caller import Grants, Role, SourceGrant
from kernel.idempotency import Idempotency
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import (
    FieldInvalid,
    IdempotencyConflict,
    UserChanged,
    UserExists,
    UserNotFound,
)
from services.auth.domain.user import ApiKey, LoginMethod, User
from tests.conformance.auth_stores import NOON, AuthStores, a_user, an_event

KEY = Idempotency("ada#UserRequest#k-1", "body")
FULL = User(
    name="ann+b_c-d@acme.example",
    full_name="Ann Größe 🚢",
    roles=tuple(Role),
    created_at=NOON,
    updated_at=NOON + timedelta(microseconds=1),
    grants=Grants((SourceGrant("*", ""), SourceGrant("outgoing", "größe/🚢 ")), ("acme", "*")),
    email="ann.o'b+c@acme.example",
    login=LoginMethod.SSO,
    password_hash="$argon2id$v=19$m=19456,t=2,p=1$salt$hash",
    subject="https://id.example|sub",
    api_key=ApiKey("k1", "value"),
    locked=True,
    generation=3,
    end_reason=CloseReason.USER_LOCKED,
    kept_session="s1",
)


@pytest.mark.parametrize("user", [a_user(), FULL, replace(a_user(), roles=())])
def test_a_user_comes_back_exactly_as_they_were_stored(auth_stores: AuthStores, user: User) -> None:
    assert auth_stores.users.create(user, None) == user
    assert auth_stores.users.read(user.name) == user


@pytest.mark.parametrize("name", ["ann", "a" * 64, "ö" * 200, "a" * 3_000])
def test_reading_an_unknown_user_says_so(auth_stores: AuthStores, name: str) -> None:
    with pytest.raises(UserNotFound):
        auth_stores.users.read(name)


def test_a_name_is_given_once_even_after_its_user_was_removed(auth_stores: AuthStores) -> None:
    first = auth_stores.users.create(a_user(), None)
    with pytest.raises(UserExists):
        auth_stores.users.create(replace(a_user(), full_name="Other"), KEY)
    auth_stores.users.save(first.remove(NOON))
    with pytest.raises(UserNotFound):
        auth_stores.users.read("ann")
    with pytest.raises(UserExists):
        auth_stores.users.create(a_user(), None)


def test_a_repeated_key_and_body_give_the_first_user_as_they_are_now(
    auth_stores: AuthStores,
) -> None:
    first = auth_stores.users.create(a_user(), KEY)
    changed = auth_stores.users.save(replace(first, full_name="Ann B."))
    assert auth_stores.users.create(a_user(), KEY) == changed
    with pytest.raises(IdempotencyConflict, match="'k-1'"):
        auth_stores.users.create(a_user("bob"), replace(KEY, body_hash="other"))
    with pytest.raises(UserNotFound):
        auth_stores.users.read("bob")


def test_a_repeated_key_does_not_bring_a_removed_user_back(auth_stores: AuthStores) -> None:
    first = auth_stores.users.create(a_user(), KEY)
    auth_stores.users.save(first.remove(NOON))
    with pytest.raises(UserExists):
        auth_stores.users.create(a_user(), KEY)


def test_a_key_is_free_again_after_a_week(auth_stores: AuthStores) -> None:
    auth_stores.users.create(a_user(), KEY)
    later = replace(a_user("bob"), created_at=NOON + timedelta(days=7))
    assert auth_stores.users.create(later, replace(KEY, body_hash="other")) == later


def test_a_save_raises_the_version_and_a_stale_one_changes_nothing(auth_stores: AuthStores) -> None:
    first = auth_stores.users.create(FULL, None)
    saved = auth_stores.users.save(replace(first, locked=False, subject=None, api_key=None))
    assert saved == replace(first, locked=False, subject=None, api_key=None, version=1)
    with pytest.raises(UserChanged):
        auth_stores.users.save(replace(first, full_name="late"))
    with pytest.raises(UserChanged):
        auth_stores.users.save(a_user("never.stored"))
    assert auth_stores.users.read(FULL.name) == saved


def test_a_save_by_an_admin_counts_only_while_they_are_what_they_were(
    auth_stores: AuthStores,
) -> None:
    ann, ada = (auth_stores.users.create(a_user(name), None) for name in ("ann", "ada"))
    ann = auth_stores.users.save(ann, by=ada)
    assert auth_stores.users.read("ada") == ada
    changed = auth_stores.users.save(ada, by=ada)
    for by in (ada, a_user("never.stored")):
        with pytest.raises(UserChanged, match="'ann'"):
            auth_stores.users.save(replace(ann, locked=True), by=by)
    assert auth_stores.users.read("ann") == ann
    assert auth_stores.users.save(replace(ann, locked=True), by=changed).locked


def test_a_change_and_its_events_are_stored_together_or_not_at_all(auth_stores: AuthStores) -> None:
    ann, ada = (auth_stores.users.create(a_user(name), None) for name in ("ann", "ada"))
    auth_stores.users.save(replace(ann, locked=True), ada, [an_event("e1")])
    assert auth_stores.told() == ["e1"]
    with pytest.raises(UserChanged):
        auth_stores.users.save(replace(ann, locked=False), ada, [an_event("e2")])
    assert auth_stores.told() == ["e1"]


def test_a_new_user_and_their_event_are_stored_together_or_not_at_all(
    auth_stores: AuthStores,
) -> None:
    auth_stores.users.create(a_user(), KEY, [an_event("e1")])
    auth_stores.users.create(a_user(), KEY, [an_event("e2")])
    for key in (None, replace(KEY, key="k-2"), replace(KEY, body_hash="other")):
        with pytest.raises((UserExists, IdempotencyConflict)):
            auth_stores.users.create(a_user(), key, [an_event("e3")])
    assert auth_stores.told() == ["e1"]


def test_a_user_is_announced_only_as_they_are(auth_stores: AuthStores) -> None:
    ann = auth_stores.users.create(a_user(), None)
    later = auth_stores.clock() + timedelta(days=400)
    auth_stores.users.announce(ann, an_event("e1"), later)
    assert auth_stores.users.read("ann") == ann
    changed = auth_stores.users.save(replace(ann, full_name="Ann B."))
    for seen in (ann, a_user("never.stored")):
        with pytest.raises(UserChanged):
            auth_stores.users.announce(seen, an_event("e2"), later)
    auth_stores.users.announce(changed, an_event("e3"), later)
    assert auth_stores.told() == ["e1", "e3"]


def test_pages_list_every_user_by_name_without_removed_ones(auth_stores: AuthStores) -> None:
    for name in ("c", "a", "e", "b", "d", "x"):
        auth_stores.users.create(a_user(name), None)
    auth_stores.users.save(auth_stores.users.read("x").remove(NOON))
    pages: list[str] = []
    cursor = None
    while not pages or cursor is not None:
        page = auth_stores.users.page(2, cursor)
        pages.append("".join(user.name for user in page.items))
        cursor = page.cursor
    assert pages == ["ab", "cd", "e"]
    assert auth_stores.users.page(5, None).cursor is None


def test_a_page_goes_on_after_a_user_who_was_removed_meanwhile(auth_stores: AuthStores) -> None:
    for name in ("a", "b", "c"):
        auth_stores.users.create(a_user(name), None)
    cursor = auth_stores.users.page(2, None).cursor
    auth_stores.users.save(auth_stores.users.read("b").remove(NOON))
    assert [user.name for user in auth_stores.users.page(2, cursor).items] == ["c"]


@pytest.mark.parametrize("cursor", ["", "x", "WyJ1c2VycyIsIiJd", "W10", "ö"])
def test_a_cursor_that_is_not_ours_is_refused(auth_stores: AuthStores, cursor: str) -> None:
    with pytest.raises(FieldInvalid, match="cursor"):
        auth_stores.users.page(2, cursor)
