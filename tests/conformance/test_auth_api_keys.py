"""ApiKeys. Each user has one in the usage plan, and a removed key is gone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.auth.adapters.apigateway_api_keys import ApiGatewayApiKeys
from services.auth.domain.ports import ApiKeys
from services.auth.domain.user import ApiKey
from tests.conformance.clouds import CLOUDS, cloud, new_name
from tests.fakes.auth_secrets import InMemoryApiKeys


@dataclass(frozen=True)
class Gateway:
    keys: ApiKeys
    without_plan: ApiKeys
    known: Callable[[], list[ApiKey]]  # those of the plan


@contextmanager
def opened(kind: str, request: pytest.FixtureRequest) -> Iterator[Gateway]:
    if kind == "in_memory":
        fake = InMemoryApiKeys()
        yield Gateway(fake, InMemoryApiKeys(""), lambda: [key for _, key in fake.keys.values()])
        return
    with cloud(kind, request) as clients:
        client = clients("apigateway")
        plan = client.create_usage_plan(name=new_name("plan"))["id"]

        def known() -> list[ApiKey]:
            planned = client.get_usage_plan_keys(usagePlanId=plan)["items"]
            ids = {each["id"] for each in planned}
            there = client.get_api_keys(includeValues=True)["items"]
            found = [each for each in there if each["id"] in ids]
            assert all(each["enabled"] for each in found)
            return [ApiKey(each["id"], each["value"]) for each in found]

        keys = ApiGatewayApiKeys(client, "test", plan)
        yield Gateway(keys, ApiGatewayApiKeys(client, "test", ""), known)


@pytest.fixture(params=["in_memory", *CLOUDS])
def gateway(request: pytest.FixtureRequest) -> Iterator[Gateway]:
    with opened(request.param, request) as made:
        yield made


def test_each_user_gets_a_key_of_their_own_in_the_plan(gateway: Gateway) -> None:
    made = [gateway.keys.create(name) for name in ("ann", "bob+x@acme.example", "ann")]
    values = {key.value for key in made if key is not None}
    assert len(values) == 3
    assert all(20 <= len(value) <= 128 for value in values)
    known = gateway.known()
    assert len(known) == 3
    assert all(key in known for key in made)


def test_a_removed_key_is_gone_and_may_be_removed_again(gateway: Gateway) -> None:
    first, second = gateway.keys.create("ann"), gateway.keys.create("bob")
    assert first is not None
    for _ in range(2):
        gateway.keys.remove(first)
    assert gateway.known() == [second]


def test_without_a_plan_there_is_no_key(gateway: Gateway) -> None:
    assert gateway.without_plan.create("ann") is None
    assert gateway.known() == []


# moto takes keys into plans that do not exist
def test_a_key_that_the_plan_does_not_take_is_not_left_behind(
    request: pytest.FixtureRequest,
) -> None:
    with cloud("ministack", request) as clients:
        client: Any = clients("apigateway")
        before = len(client.get_api_keys()["items"])
        with pytest.raises(ClientError):
            ApiGatewayApiKeys(client, "test", "no-such-plan").create("ann")
        assert len(client.get_api_keys()["items"]) == before


def test_a_value_is_not_printed(gateway: Gateway) -> None:
    key = gateway.keys.create("ann")
    assert key is not None
    assert key.value not in repr(key)
