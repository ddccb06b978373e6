"""python -m infra.signing_key --stage STAGE makes a new key for signing access tokens.

Nobody is logged out. Functions that run notice the new key within half a minute. Until the next
rotation the key before it still verifies the tokens that it signed. So the next rotation has to
wait for an hour, which is the life of a token, or be forced. On AWS a rotation also happens every
30 days.
"""

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.stacks import STAGES
from infra.stage import stage_client

TOKEN_LIFE = timedelta(hours=1)
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.25


class RotationFailed(Exception):
    """The new version did not become the current one in time."""


class TooEarly(Exception):
    """Tokens that the previous key signed may still be in use, and would end with that key."""


def require_age(secrets: Any, stage: str, now: datetime) -> None:  # noqa: ANN401 - boto3 has no types
    """Raises TooEarly when tokens signed by the previous key may still be in use."""
    found = secrets.list_secret_version_ids(SecretId=secret_of(stage))["Versions"]
    ages = {label: each["CreatedDate"] for each in found for label in each["VersionStages"]}
    if "AWSPREVIOUS" in ages and now < ages["AWSCURRENT"] + TOKEN_LIFE:
        free = ages["AWSCURRENT"] + TOKEN_LIFE
        raise TooEarly(
            f"The last rotation was at {ages['AWSCURRENT']:%H:%M}; tokens of the key before it are"
            f" good until {free:%H:%M %Z}. A rotation now ends them: their users have to refresh or"
            " log in again. Wait, or force it (FORCE=1), as when a key became known."
        )


def secret_of(stage: str) -> str:
    return f"fileferry/{stage}/auth/signing-key"


def rotate(secrets: Any, functions: Any, stage: str) -> str:  # noqa: ANN401 - boto3 has no types
    """Returns the id of the version that signs now. Raises RotationFailed."""
    secret_id = secret_of(stage)
    name = f"fileferry-{stage}-auth-rotate-signing-key"
    wish = {"SecretId": secret_id}
    if not secrets.describe_secret(**wish).get("RotationLambdaARN"):  # there is no schedule locally
        function = functions.get_function(FunctionName=name)["Configuration"]
        wish["RotationLambdaARN"] = function["FunctionArn"]
    version = str(secrets.rotate_secret(**wish)["VersionId"])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        labels = secrets.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
        if "AWSCURRENT" in labels.get(version, []):
            return version
        time.sleep(POLL_SECONDS)
    raise RotationFailed(
        f"The new key is not in use after {PATIENCE_SECONDS:g} s; the old one still signs."
        f" The logs of {name} say why."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--force", action="store_true", help="even if it ends tokens")
    given = parser.parse_args()
    stage = given.stage
    secrets = stage_client(stage, "secretsmanager")
    try:
        if not given.force:
            require_age(secrets, stage, datetime.now(UTC))
        version = rotate(secrets, stage_client(stage, "lambda"), stage)
    except (TooEarly, RotationFailed, ClientError, BotoCoreError) as error:
        sys.exit(f"The signing key was not rotated. {error}")
    print(f"Version {version} of the signing key is the current one on {stage}.")
    print("It signs within half a minute; what the one before it signed stays valid for its hour.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
