"""The current signing key signs, and the one before still verifies, however they rotate."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from services.auth.adapters.jwt_access_tokens import SigningKeys
from services.auth.adapters.secretsmanager_key_rotation import SecretsManagerKeyRotation
from services.auth.adapters.secretsmanager_signing_keys import (
    SecretsManagerSigningKeys,
    SigningKey,
    SigningKeyInvalid,
)
from services.auth.use_cases.rotate_signing_key import rotate_signing_key
from tests.conformance.auth_stores import Clock
from tests.conformance.clouds import CLOUDS, cloud, new_name
from tests.fakes.auth_secrets import InMemorySigningKeys

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FIRST = json.dumps({"kid": "first", "key": "0aB9" * 10 + "xyz"})  # as CloudFormation makes it


@dataclass(frozen=True)
class Secret:
    """A secret in Secrets Manager, and how often it was read."""

    client: Any
    name: str
    clock: Clock
    reads: list[str]

    def keys(self) -> SecretsManagerSigningKeys:
        return SecretsManagerSigningKeys(self.client, self.name, self.clock)

    def step(self, step: Any, version: str) -> None:  # noqa: ANN401
        rotation = SecretsManagerKeyRotation(self.client)
        rotate_signing_key(step, self.name, version, rotation=rotation)

    def rotate(self, version: str | None = None) -> None:
        version = version or f"{next(VERSIONS):032x}"
        for step in STEPS:
            self.step(step, version)

    def stages(self) -> dict[str, list[str]]:
        """Versions by stage."""
        found: dict[str, list[str]] = {}
        described = self.client.describe_secret(SecretId=self.name)
        for version, names in described["VersionIdsToStages"].items():
            for name in names:
                found.setdefault(name, []).append(version)
        return found


VERSIONS = count(1)


@pytest.fixture(params=CLOUDS)
def secret(request: pytest.FixtureRequest) -> Iterator[Secret]:
    with cloud(request.param, request) as clients:
        client, reads = clients("secretsmanager"), list[str]()
        name = new_name("signing-key")
        client.create_secret(Name=name, SecretString=FIRST)

        def note(params: dict[str, Any], **_: object) -> None:
            reads.append(params.get("VersionStage", "by version"))

        client.meta.events.register("provide-client-params.secrets-manager.GetSecretValue", note)
        yield Secret(client, name, Clock(), reads)


@pytest.fixture(params=["in_memory", *CLOUDS])
def rotating(request: pytest.FixtureRequest) -> Iterator[tuple[SigningKeys, Callable[[], None]]]:
    """Keys, and a way to rotate them. Both see a rotation at once."""
    if request.param == "in_memory":
        fake = InMemorySigningKeys()
        yield fake, fake.rotate
        return
    with cloud(request.param, request) as clients:
        client, clock = clients("secretsmanager"), Clock()
        name = new_name("signing-key")
        client.create_secret(Name=name, SecretString=FIRST)
        secret = Secret(client, name, clock, [])

        def rotate() -> None:
            secret.rotate()
            clock.pass_time(minutes=5)

        yield secret.keys(), rotate


def test_the_current_key_and_the_one_before_are_found(
    rotating: tuple[SigningKeys, Callable[[], None]],
) -> None:
    keys, rotate = rotating
    seen = [keys.current()]
    assert keys.find(seen[0].kid) == seen[0]
    for _ in range(2):
        rotate()
        seen.append(keys.current())
    oldest, before, current = seen
    assert len({key.kid for key in seen}) == len({key.key for key in seen}) == 3
    assert keys.find(current.kid) == current
    assert keys.find(before.kid) == before
    assert keys.find(oldest.kid) is None
    assert keys.find("unknown") is None


def test_a_new_key_signs_after_half_a_minute(secret: Secret) -> None:
    keys = secret.keys()
    first = keys.current()
    secret.rotate()
    secret.reads.clear()
    secret.clock.pass_time(seconds=29)
    assert keys.current() == first
    assert secret.reads == []
    secret.clock.pass_time(seconds=1)
    assert keys.current() != first
    assert keys.find(first.kid) == first
    assert secret.reads == ["AWSCURRENT", "AWSPREVIOUS"]


def test_whoever_only_verifies_reads_every_five_minutes(secret: Secret) -> None:
    keys = secret.keys()
    first = keys.current()
    secret.reads.clear()
    secret.clock.pass_time(seconds=299)
    assert keys.find(first.kid) == first
    assert secret.reads == []
    secret.clock.pass_time(seconds=1)
    assert keys.find(first.kid) == first
    assert secret.reads == ["AWSCURRENT", "AWSPREVIOUS"]


def test_a_token_of_a_new_key_is_known_at_once(secret: Secret) -> None:
    behind = secret.keys()
    behind.current()
    secret.rotate()
    new = secret.keys().current()
    assert behind.find(new.kid) == behind.current() == new


def test_a_rotation_that_ends_between_two_reads_is_read_again(secret: Secret) -> None:
    keys, versions = secret.keys(), [f"{next(VERSIONS):032x}"]

    def rival(**_: object) -> None:
        if versions:
            secret.rotate(versions.pop())

    secret.client.meta.events.register("after-call.secrets-manager.GetSecretValue", rival)
    assert keys.current().kid != "first"
    assert keys.find("first") is not None


def test_unknown_keys_make_it_look_every_five_seconds_at_most(secret: Secret) -> None:
    keys = secret.keys()
    for _ in range(100):
        assert keys.find("unknown") is None
    assert secret.reads == ["AWSCURRENT", "AWSPREVIOUS"] * 2  # at first, and for the unknown one
    for _ in range(3):
        secret.clock.pass_time(seconds=5)
        for _ in range(10):
            assert keys.find("unknown") is None
    assert secret.reads.count("AWSCURRENT") == 5


def test_a_secret_that_is_no_text_is_no_signing_key(secret: Secret) -> None:
    secret.client.put_secret_value(SecretId=secret.name, SecretBinary=b"{}")
    with pytest.raises(SigningKeyInvalid):
        secret.keys().find("first")


def test_the_first_key_of_cloudformation_has_none_before_it(secret: Secret) -> None:
    assert secret.keys().current() == SigningKey("first", b"0aB9" * 10 + b"xyz")


def test_each_step_of_a_rotation_may_come_again(secret: Secret) -> None:
    [first] = secret.stages()["AWSCURRENT"]
    version = f"{next(VERSIONS):032x}"
    for step in STEPS[:3]:
        for _ in range(2):
            secret.step(step, version)
        assert secret.stages()["AWSCURRENT"] == [first], step
        assert secret.stages()["AWSPENDING"] == [version], step
    assert secret.keys().current().kid == "first"
    for _ in range(2):
        secret.step("finishSecret", version)
    assert secret.stages()["AWSCURRENT"] == [version]
    assert secret.stages()["AWSPREVIOUS"] == [first]
    made = secret.keys().current()
    secret.rotate(version)
    assert secret.keys().current() == made
    assert secret.stages()["AWSPREVIOUS"] == [first]


def test_a_rotation_that_stopped_midway_can_be_followed_by_another(secret: Secret) -> None:
    secret.step("createSecret", f"{next(VERSIONS):032x}")
    version = f"{next(VERSIONS):032x}"
    secret.rotate(version)
    assert secret.stages()["AWSCURRENT"] == [version]
    assert secret.keys().find("first") is not None


def test_a_new_key_has_an_id_and_256_random_bits(secret: Secret) -> None:
    secret.rotate()
    answer = secret.client.get_secret_value(SecretId=secret.name, VersionStage="AWSCURRENT")
    made = json.loads(answer["SecretString"])
    assert len(bytes.fromhex(made["kid"])) == 8
    assert len(made["key"]) == 43


def test_a_key_that_was_not_created_fails_its_test(secret: Secret) -> None:
    with pytest.raises(LookupError):
        secret.step("testSecret", f"{next(VERSIONS):032x}")


def test_a_key_that_is_too_weak_fails_its_test(secret: Secret) -> None:
    version = f"{next(VERSIONS):032x}"
    secret.client.put_secret_value(
        SecretId=secret.name,
        ClientRequestToken=version,
        SecretString='{"kid": "weak", "key": "short"}',
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(SigningKeyInvalid) as refused:
        secret.step("testSecret", version)
    assert "short" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "secret", "[]", '{"kid": "a"}', '{"kid": "", "key": "' + "k" * 32 + '"}', "{}", "null"],
)
def test_what_is_no_signing_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SigningKeyInvalid) as refused:
        SigningKey.parse(text)
    assert "k" * 32 not in str(refused.value)


def test_a_key_of_any_printable_text_counts_as_its_utf_8_bytes() -> None:
    key = "größe 🚢 " * 5
    parsed = SigningKey.parse(json.dumps({"kid": "k", "key": key}))
    assert parsed == SigningKey("k", key.encode())
    assert "größe" not in repr(parsed)
    for bad in ("k" * 31, "k" * 32 + "\n", "\0" * 32):
        with pytest.raises(SigningKeyInvalid):
            SigningKey.parse(json.dumps({"kid": "k", "key": bad}))
