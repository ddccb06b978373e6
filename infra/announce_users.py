"""python -m infra.announce_users --stage STAGE tells services of users who are older than they are.

Run it when a service that keeps what it knows of users is new on a stage, and has its rules. It
publishes UserChanged of every user as they are. It may run again, and while others change users.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.calling import CallRefused, call_function, functions_of
from infra.stacks import STAGES


def announce_users(functions: Any, stage: str) -> Iterator[int]:  # noqa: ANN401 - boto3 has no types
    """How many users each page had. Raises CallRefused."""
    cursor: str | None = None
    while True:
        event = {"cursor": cursor}
        told = call_function(functions, stage, "auth", "announce-users", event)
        yield told["users"]
        cursor = told["cursor"]
        if cursor is None:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    stage = parser.parse_args().stage
    told = 0
    try:
        for users in announce_users(functions_of(stage), stage):
            told += users
    except (CallRefused, ClientError, BotoCoreError) as error:
        sys.exit(f"Only {told} users were announced; run it again, it does no harm. {error}")
    print(f"Announced {told} users on {stage}. Services hear of them within a minute.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
