"""When the agent of a local stack asks Amazon Bedrock itself, and who gets the credentials."""

import stat
from pathlib import Path

import pytest

from infra.local.real_bedrock import (
    CREDENTIALS,
    BedrockWrong,
    RealBedrock,
    credentials_for,
    real_bedrock,
    store_credentials,
)

SECRET = "in-the-test"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}


def test_without_the_switch_it_is_the_double_whatever_credentials_there_are() -> None:
    assert real_bedrock({"AWS_BEARER_TOKEN_BEDROCK": SECRET}, lambda: KEYS) is None
    assert real_bedrock({"FILEFERRY_BEDROCK": "double"}, lambda: KEYS) is None


def test_a_key_of_bedrock_comes_before_the_profile() -> None:
    wished = {"FILEFERRY_BEDROCK": "aws", "AWS_BEARER_TOKEN_BEDROCK": SECRET}
    real = real_bedrock(wished, lambda: KEYS)
    assert real is not None
    assert real.credentials == {"AWS_BEARER_TOKEN_BEDROCK": SECRET}
    assert SECRET not in repr(real)
    of_profile = real_bedrock({"FILEFERRY_BEDROCK": "aws"}, lambda: KEYS)
    assert of_profile is not None
    assert of_profile.credentials == KEYS


def test_region_and_model_can_be_chosen() -> None:
    wished = {
        "FILEFERRY_BEDROCK": "aws",
        "FILEFERRY_BEDROCK_REGION": "us-east-1",
        "FILEFERRY_BEDROCK_MODEL": "amazon.nova-lite-v1:0",
    }
    real = real_bedrock(wished, lambda: KEYS)
    assert real is not None
    assert real.parameters == {
        "BedrockEndpoint": "https://bedrock-runtime.us-east-1.amazonaws.com",
        "ModelRegion": "us-east-1",
        "ModelId": "amazon.nova-lite-v1:0",
    }


@pytest.mark.parametrize(
    ("wished", "words"), [("AWS", "means nothing"), ("yes", "'yes'"), ("aws", "needs credentials")]
)
def test_what_cannot_be_used_is_said(wished: str, words: str) -> None:
    with pytest.raises(BedrockWrong, match=words):
        real_bedrock({"FILEFERRY_BEDROCK": wished}, dict)


def test_the_agents_function_alone_gets_the_credentials(tmp_path: Path) -> None:
    assert store_credentials(tmp_path, RealBedrock({}, KEYS))
    assert not store_credentials(tmp_path, RealBedrock({}, KEYS))
    assert stat.S_IMODE((tmp_path / CREDENTIALS).stat().st_mode) == 0o600
    assert credentials_for("fileferry-local-agent-api", tmp_path) == KEYS
    for other in ("fileferry-local-agent-consumer", "fileferry-local-transfer-api"):
        assert credentials_for(other, tmp_path) == {}


def test_with_the_double_again_they_are_gone(tmp_path: Path) -> None:
    store_credentials(tmp_path, RealBedrock({}, KEYS))
    assert store_credentials(tmp_path, None)
    assert not (tmp_path / CREDENTIALS).exists()
    assert credentials_for("fileferry-local-agent-api", tmp_path) == {}
    assert not store_credentials(tmp_path, None)
