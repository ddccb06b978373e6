"""python -m infra.signing_key --stage STAGE: a new key signs access tokens; nobody is logged out.

Functions that run notice it within half a minute. The key before it goes on to verify the tokens it
signed, until the next rotation. On AWS it also happens every 30 days.
"""

import argparse
import sys
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.stacks import STAGES
from infra.stage import stage_client

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.25


class RotationFailed(Exception):
    """The new version did not become the current one in time."""


def rotate(secrets: Any, functions: Any, stage: str) -> str:  # noqa: ANN401 - boto3 has no types
    """The id of the version that signs now; raises RotationFailed."""
    secret_id = f"fileferry/{stage}/auth/signing-key"
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
    stage = parser.parse_args().stage
    try:
        version = rotate(
            stage_client(stage, "secretsmanager"), stage_client(stage, "lambda"), stage
        )
    except (RotationFailed, ClientError, BotoCoreError) as error:
        sys.exit(f"The signing key was not rotated. {error}")
    print(f"Version {version} of the signing key is the current one on {stage}.")
    print("It signs within half a minute; what the one before it signed stays valid.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
