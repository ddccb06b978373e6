"""Amazon Bedrock itself behind the agent of a local stack: FILEFERRY_BEDROCK=aws.

The credentials are those of AWS_BEARER_TOKEN_BEDROCK, or of the AWS profile. They are in a file of
the stack that its owner alone may read, and the launcher gives them to the agent's function only.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError

SWITCH, TOKEN, REGION = "FILEFERRY_BEDROCK", "AWS_BEARER_TOKEN_BEDROCK", "FILEFERRY_BEDROCK_REGION"
MODEL = "FILEFERRY_BEDROCK_MODEL"
DEFAULT_REGION = "eu-central-1"
CREDENTIALS = "bedrock.json"  # in the folder of the stack
FUNCTION = "agent-api"  # the end of its name


class BedrockWrong(Exception):
    """What the environment says of it cannot be used. The message shows no secret."""


@dataclass(frozen=True)
class RealBedrock:
    """`credentials` are variables of the function, `parameters` are the agent's."""

    parameters: Mapping[str, str]
    credentials: Mapping[str, str] = field(repr=False)


def profile_credentials() -> Mapping[str, str]:
    """Those that the AWS command would use. Empty when there are none."""
    try:
        found = boto3.Session().get_credentials()
        keys = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise BedrockWrong(f"{SWITCH}=aws: the profile has no credentials: {error}") from None
    if keys is None:
        return {}
    named = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
    }
    return {name: str(value) for name, value in named.items() if value}


def real_bedrock(
    environment: Mapping[str, str],
    profile: Callable[[], Mapping[str, str]] = profile_credentials,
) -> RealBedrock | None:
    """None: the double is wanted. Raises BedrockWrong."""
    wanted = environment.get(SWITCH, "")
    if wanted in ("", "double"):
        return None
    if wanted != "aws":
        raise BedrockWrong(f"{SWITCH}={wanted!r} means nothing. It is aws, or double.")
    token = environment.get(TOKEN)
    credentials = {TOKEN: token} if token else profile()
    if not credentials:
        raise BedrockWrong(
            f"{SWITCH}=aws needs credentials. Set {TOKEN} to a key of Bedrock, or AWS_PROFILE."
        )
    region = environment.get(REGION) or DEFAULT_REGION
    parameters = {
        "BedrockEndpoint": f"https://bedrock-runtime.{region}.amazonaws.com",
        "ModelRegion": region,
    }
    if model := environment.get(MODEL):
        parameters["ModelId"] = model
    return RealBedrock(parameters, credentials)


def store_credentials(state_dir: Path, real: RealBedrock | None) -> bool:
    """Keeps them where the launcher finds them, and none without a real one. Returns whether they
    are others than before."""
    path = state_dir / CREDENTIALS
    before = path.read_text() if path.exists() else None
    after = json.dumps(dict(real.credentials)) if real else None
    if after is None:
        path.unlink(missing_ok=True)
    elif after != before:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(after)
    return after != before


def credentials_for(function: str, state_dir: Path) -> Mapping[str, str]:
    """More variables for the function of that name."""
    path = state_dir / CREDENTIALS
    if not function.endswith(FUNCTION) or not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text())
    return found
