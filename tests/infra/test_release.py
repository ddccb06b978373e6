"""A Release is the same for the same deployment, and another one for any other."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from infra.release import ValueMissing, referred_values, release_of, stored_values
from infra.sam import sam_command
from infra.stacks import find_stack, read_environment

AUTH = find_stack("auth")
VALUES = read_environment("dev").of(AUTH)
DECLARED = AUTH.declared_parameters()
PLACES = {
    "ApiId": "a1",
    "ApiUrl": "https://a1.example/dev",
    "UsagePlanId": "u1",
    "WebSocketApiId": "w1",
    "WebSocketUrl": "wss://w1.example/dev",
}


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseClient]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("ssm", region_name="eu-central-1")
        for name, value in PLACES.items():
            client.put_parameter(Name=VALUES[name], Value=value, Type="String")
        yield client


def release(ssm: BaseClient, code: str = "code", **changed: str) -> str:
    values = VALUES | changed
    return release_of(AUTH, values, stored_values(DECLARED, values, ssm), code)


def test_what_ssm_holds_is_read_for_every_parameter_that_names_a_place(ssm: BaseClient) -> None:
    assert stored_values(DECLARED, VALUES, ssm) == PLACES


def test_the_same_is_the_same_release(ssm: BaseClient) -> None:
    assert release(ssm) == release(ssm)


@pytest.mark.parametrize("name", PLACES)
def test_another_value_in_ssm_is_another_release(ssm: BaseClient, name: str) -> None:
    """The alias's version keeps its environment. Without a new version it calls the old address."""
    before = release(ssm)
    ssm.put_parameter(Name=VALUES[name], Value="another", Type="String", Overwrite=True)
    assert release(ssm) != before


def test_what_the_template_has_read_from_ssm_is_in_the_release(ssm: BaseClient) -> None:
    """A version keeps its subnets, too, and CloudFormation does not notice that they are others."""
    transfer = find_stack("transfer")
    template, values = transfer.completed(), {"Stage": "dev", "InVpc": "true"}
    assert referred_values(template, values, ssm) == {}, "without a network there are none"
    places = [f"/fileferry/dev/network/{each}" for each in ("subnet/a", "subnet/b")]
    releases = set()
    for subnet in ("subnet-1", "subnet-2"):
        for place in places:
            ssm.put_parameter(Name=place, Value=subnet, Type="String", Overwrite=True)
        referred = referred_values(template, values, ssm)
        assert referred == dict.fromkeys(places, subnet)
        releases.add(release_of(transfer, values, referred, "code"))
    assert len(releases) == 2


def test_other_code_and_other_parameters_are_other_releases(ssm: BaseClient) -> None:
    assert len({release(ssm), release(ssm, "other"), release(ssm, LogLevel="INFO")}) == 3


def test_a_place_without_a_value_is_named(ssm: BaseClient) -> None:
    with pytest.raises(ValueMissing, match=r"ApiUrl .*/fileferry/dev/nowhere.*Deploy"):
        stored_values(DECLARED, VALUES | {"ApiUrl": "/fileferry/dev/nowhere"}, ssm)


def test_sam_gets_every_value(ssm: BaseClient) -> None:
    values = VALUES | {"Release": release(ssm)}
    command = sam_command(AUTH, "dev", "sam", values)
    given = command[command.index("--parameter-overrides") + 1 :]
    assert {each.split(",")[0].removeprefix("ParameterKey=") for each in given} == set(values)
