"""python -m infra.synthetic_user --stage STAGE makes the user of the synthetic transfer.

The stage's file in infra/environments names the user, the test partner and the object. The user may
send this object to this partner, and nothing else. Its password is made here, and is only in
Secrets Manager.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.calling import CallRefused, call_function, functions_of
from infra.stacks import STAGES, Environment, read_environment
from infra.stage import stage_client
from infra.user import new_password

NEEDED = ("DestinationId", "SourceBucket", "SourceKey")


class NotNamed(Exception):
    """The stage has no synthetic transfer yet."""


class SyntheticUserMissing(Exception):
    """The stage has a synthetic transfer, and nobody knows it from others."""


@dataclass(frozen=True)
class SyntheticUser:
    name: str
    destination_id: str
    bucket: str
    key: str

    @property
    def grants(self) -> dict[str, Any]:
        source = {"bucket": self.bucket, "prefix": self.key}
        return {"sources": [source], "destinations": [self.destination_id]}


def secret_of(stage: str) -> str:
    return f"fileferry/{stage}/synthetic/login"


def require_synthetic_user(environment: Environment) -> None:
    """Without a name its transfers would have tickets, and would count twice. A name without a
    partner switches nothing on. Raises SyntheticUserMissing."""
    parameters = environment.parameters
    partner = parameters.get("synthetic", {}).get("DestinationId", "")
    if partner and not parameters.get("all", {}).get("SyntheticUser"):
        raise SyntheticUserMissing(
            f"infra/environments/{environment.stage}.toml names the DestinationId {partner!r} and"
            " no SyntheticUser, so synthetic transfers would have tickets and count twice. Put a"
            " name into [parameters.all], or empty DestinationId."
        )


def named(stage: str) -> SyntheticUser:
    """Raises NotNamed."""
    parameters = read_environment(stage).parameters
    own = parameters.get("synthetic", {})
    name = parameters.get("all", {}).get("SyntheticUser", "")
    missing = [each for each in NEEDED if not own.get(each)]
    if not name:
        missing.insert(0, "SyntheticUser")
    if missing:
        raise NotNamed(
            f"infra/environments/{stage}.toml names no {', no '.join(missing)}."
            " Write it there, and deploy all services."
        )
    return SyntheticUser(name, *(own[each] for each in NEEDED))


def make(functions: Any, secrets: Any, stage: str, user: SyntheticUser) -> None:  # noqa: ANN401
    """Stores the password first: a name is given once, so nobody could make a user again whose
    password got lost. Where the name is taken, the earlier login comes back. Raises NotNamed,
    CallRefused."""
    password, of = new_password(), secret_of(stage)
    login = {"user": user.name, "password": password}
    try:
        before = secrets.get_secret_value(SecretId=of)["SecretString"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise NotNamed(
            f"There is no secret {of}. Deploy it: make deploy-synthetic STAGE={stage}"
        ) from None
    secrets.put_secret_value(SecretId=of, SecretString=json.dumps(login))
    try:
        call_function(
            *(functions, stage, "auth", "create-admin"),
            {**login, "roles": ["user"], "grants": user.grants},
        )
    except CallRefused:
        secrets.put_secret_value(SecretId=of, SecretString=before)
        raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    stage = parser.parse_args().stage
    try:
        user = named(stage)
        functions, secrets = functions_of(stage), stage_client(stage, "secretsmanager")
        make(functions, secrets, stage, user)
    except (NotNamed, CallRefused, ClientError, BotoCoreError) as error:
        sys.exit(f"The user was not made. {error}")
    print(f"Made user {user.name}, who may send {user.key} to {user.destination_id} on {stage}.")


if __name__ == "__main__":
    main()
