"""HandoverStore. A user has one open handover, and one of all who take it gets it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from moto import mock_aws

from services.auth.adapters.dynamodb_handover_store import DynamoDbHandoverStore
from services.auth.domain.handover import HandedTo, Handover
from services.auth.domain.user import LoginMethod
from tests.conformance.auth_stores import NOON, AuthStores, create_auth_table
from tests.conformance.stores import dynamodb_client

ANN = "ann+b@acme.example"
HANDOVER = Handover(ANN, HandedTo.TEAMS, "hash-1", "s1", LoginMethod.SSO, 3, NOON)
NEWER = replace(HANDOVER, secret_hash="hash-2")
AT_ONCE = 8


def test_a_handover_is_read_as_it_was_kept_and_taken_once(auth_stores: AuthStores) -> None:
    assert auth_stores.handovers.read(ANN) is None
    auth_stores.handovers.keep(HANDOVER)
    assert auth_stores.handovers.read(ANN) == HANDOVER
    assert auth_stores.handovers.take(HANDOVER)
    assert auth_stores.handovers.read(ANN) is None
    assert not auth_stores.handovers.take(HANDOVER)


def test_a_newer_one_takes_the_place_of_the_earlier_and_is_taken_for_itself_alone(
    auth_stores: AuthStores,
) -> None:
    auth_stores.handovers.keep(HANDOVER)
    auth_stores.handovers.keep(NEWER)
    assert not auth_stores.handovers.take(HANDOVER)
    assert auth_stores.handovers.read(ANN) == NEWER
    assert auth_stores.handovers.take(NEWER)


def test_each_user_has_one(auth_stores: AuthStores) -> None:
    auth_stores.handovers.keep(HANDOVER)
    auth_stores.handovers.keep(replace(NEWER, user="bob"))
    assert not auth_stores.handovers.take(replace(HANDOVER, user="bob"))
    assert auth_stores.handovers.take(HANDOVER)


def test_of_many_who_take_it_at_once_one_gets_it(auth_stores: AuthStores) -> None:
    auth_stores.handovers.keep(HANDOVER)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taken = list(pool.map(auth_stores.handovers.take, [HANDOVER] * AT_ONCE))
    assert sorted(taken) == [False] * (AT_ONCE - 1) + [True]


def test_a_rival_who_takes_it_just_before_leaves_nothing() -> None:
    with mock_aws():
        client = dynamodb_client()
        create_auth_table(client, "auth")
        mine, rivals = (DynamoDbHandoverStore(each, "auth") for each in (client, dynamodb_client()))
        mine.keep(HANDOVER)
        taken: list[bool] = []
        client.meta.events.register(
            "before-call.dynamodb.TransactWriteItems",
            lambda **_: taken.append(rivals.take(HANDOVER)),
        )
        assert not mine.take(HANDOVER)
        assert taken == [True]
