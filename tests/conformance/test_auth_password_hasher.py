"""PasswordHasher with right and wrong passwords, without a hash, and with other parameters."""

import argon2
import pytest

from services.auth.adapters.argon2_password_hasher import (
    ITERATIONS,
    LANES,
    MEMORY_KIB,
    NOBODY,
    Argon2PasswordHasher,
)
from services.auth.domain.ports import PasswordHasher
from tests.fakes.auth_secrets import InMemoryPasswordHasher


@pytest.fixture(params=[InMemoryPasswordHasher, Argon2PasswordHasher])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    made: PasswordHasher = request.param()
    return made


@pytest.mark.parametrize("password", ["correct horse battery", "größe 🚢 文件", "x" * 255 + "y"])
def test_the_password_fits_its_hash_and_no_other_does(
    hasher: PasswordHasher, password: str
) -> None:
    stored = hasher.hash(password)
    assert password not in stored
    assert hasher.verify(stored, password)
    for other in (password + " ", password[:-1], password + "\0", "", password.upper() + "Z"):
        assert not hasher.verify(stored, other)


def test_nobody_has_a_password(hasher: PasswordHasher) -> None:
    for password in ("", "correct horse battery", "None"):
        assert not hasher.verify(None, password)


def test_a_new_hash_is_not_outdated(hasher: PasswordHasher) -> None:
    assert not hasher.outdated(hasher.hash("correct horse battery"))


def test_a_hash_of_other_parameters_is_still_good_but_outdated() -> None:
    older = argon2.PasswordHasher(1, 8 * 1024, 1).hash("correct horse battery")
    hasher = Argon2PasswordHasher()
    assert hasher.verify(older, "correct horse battery")
    assert hasher.outdated(older)
    fake = InMemoryPasswordHasher("p1")
    older = fake.hash("correct horse battery")
    fake.parameters = "p2"
    assert fake.verify(older, "correct horse battery")
    assert fake.outdated(older)


def test_the_hash_of_nobody_costs_what_every_hash_does() -> None:
    wanted = argon2.extract_parameters(Argon2PasswordHasher().hash("correct horse battery"))
    assert argon2.extract_parameters(NOBODY) == wanted
    assert (wanted.memory_cost, wanted.time_cost, wanted.parallelism) == (19_456, 2, 1)
    assert (wanted.type, MEMORY_KIB, ITERATIONS, LANES) == (argon2.Type.ID, 19_456, 2, 1)


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    hasher = Argon2PasswordHasher()
    assert hasher.verify(
        hasher.hash("gr\u00f6\u00dfe der \u212b-Werte"), "gro\u0308\u00dfe der \u00c5-Werte"
    )
