"""Runs 100 users at once against a local stack with AWS's limits. Prints p50, p95 and p99.

    python -m tests.load [--users 100] [--seconds 60]

The first minute, in which the users arrive, stands apart from the --seconds after it. Exits with 1
after an error that was not an intended 429, or a p95 of the rest above the target.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.local.ferry import Ferry
from infra.local.stack import LocalStack
from infra.local.users import ADMIN, ensure_users
from infra.stacks import REPOSITORY, find_stack
from infra.user import new_password

TARGET_MS = 500
# The emulator starts a process for each call that finds all others busy, and a start costs as much
# as fifty calls. So some are started before (on AWS: provisioned concurrency), and users come
# slowly.
PROVISIONED = 12
SPAWNED_PER_SECOND = 2
FIRST_SECONDS = 60  # or until all users are there, where that takes longer
WITH_HISTORY = 3  # every third user has sent something before
BUCKET, KEY, DESTINATION = "load", "reports/today.csv", "partner"
LIMITS = ("ThrottleRate", "ThrottleBurst", "KeyRate", "KeyBurst")
RAISED = dict.fromkeys(LIMITS, "1000")  # while the users are made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fileferry-load-") as name:
        folder = Path(name)
        with LocalStack(folder / "state", RAISED) as stack:
            people = prepare(stack, folder, given.users)
            declared = find_stack("api").declared_parameters()
            stack.deploy("api", {limit: str(declared[limit]["Default"]) for limit in LIMITS})
            result = run(stack, folder, people, given.seconds)
    sys.exit(show(result))


def prepare(stack: LocalStack, folder: Path, count: int) -> Sequence[dict[str, str]]:
    """Makes the object, the destination and the users. After this each function has run once."""
    stack.create_bucket(BUCKET)
    stack.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"day;value\n" * 100)
    server = stack.sftp(DESTINATION, folder / "files")
    ferry = Ferry(stack.api_url, ADMIN, ensure_users(stack)[ADMIN])
    destination = {
        "id": DESTINATION,
        "name": "Partner",
        "protocol": "sftp",
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
    }
    ferry.register(destination, server.host_key)
    grants = {"sources": [{"bucket": BUCKET, "prefix": ""}], "destinations": [DESTINATION]}
    people: list[dict[str, str]] = []
    for number in range(count):
        person = {"user": f"colleague-{number}", "password": new_password()}
        body = {**person, "name": f"Colleague {number}", "roles": ["user"], "grants": grants}
        ferry.call("POST", "/api/users", body)
        people.append(person if number % WITH_HISTORY else {**person, "sent": sent(stack, person)})
    ferry.close()
    warm_up(stack, people)
    return people


def warm_up(stack: LocalStack, people: Sequence[Mapping[str, str]]) -> None:
    """Starts so many processes of each function that the API calls."""

    def call(person: Mapping[str, str]) -> None:
        ferry = Ferry(stack.api_url, person["user"], person["password"])
        for path in ("/api/me", "/api/buckets", "/api/history") * 5:
            ferry.call("GET", path)
        ferry.close()

    with ThreadPoolExecutor(PROVISIONED) as pool:
        list(pool.map(call, people[: 2 * PROVISIONED]))


def sent(stack: LocalStack, person: Mapping[str, str]) -> str:
    """Returns the id of a transfer of this user that has arrived."""
    ferry = Ferry(stack.api_url, person["user"], person["password"], every=0.05)
    name = f"{person['user']}.csv"
    ended = ferry.wait(ferry.send(BUCKET, KEY, DESTINATION, target_path=name), 60)
    assert ended["status"] == "completed", ended
    ferry.close()
    return str(ended["id"])


def run(
    stack: LocalStack, folder: Path, people: Sequence[dict[str, str]], seconds: int
) -> dict[str, Any]:
    known, result = folder / "people.json", folder / "result.json"
    known.touch(mode=0o600)
    known.write_text(json.dumps(people))
    first = max(FIRST_SECONDS, len(people) // SPAWNED_PER_SECOND)
    command = [sys.executable, "-m", "locust", "-f", "tests/load/locustfile.py", "--headless"]
    command += ["--users", str(len(people)), "--spawn-rate", str(SPAWNED_PER_SECOND)]
    command += ["--run-time", f"{seconds + first}s", "--only-summary"]
    command += ["--host", stack.api_url, "--exit-code-on-error", "0", "--stop-timeout", "10"]
    env = {**os.environ, "LOAD_PEOPLE": str(known), "LOAD_RESULT": str(result)}
    env["LOAD_FIRST_SECONDS"] = str(first)
    log = folder / "locust.log"
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=env,
            stdout=output,
            stderr=output,
            timeout=seconds + first + 60,
            check=False,
        )
    if done.returncode:
        sys.exit(log.read_text(errors="replace"))
    told: dict[str, Any] = json.loads(result.read_text())
    return told | {"first_seconds": first}


def show(result: dict[str, Any]) -> int:
    """The exit code."""
    show_phase(f"The first {result['first_seconds']} s", result["first"])
    total = show_phase("The rest", result["rest"])
    errors = result["first"]["rows"][-1]["errors"] + total["errors"]
    return int(errors > 0 or total["milliseconds"][1] > TARGET_MS)


def show_phase(title: str, result: dict[str, Any]) -> dict[str, Any]:
    """Returns the row of all calls."""
    print(f"{title}\n")
    print("| calls of | number | a second | p50 ms | p95 ms | p99 ms | errors |")
    print("|---|---|---|---|---|---|---|")
    for row in result["rows"]:
        times = " | ".join(f"{each or 0:.0f}" for each in row["milliseconds"])
        print(
            f"| {row['kind']} | {row['calls']} | {row['per_second']:.1f} | {times}"
            f" | {row['errors']} |"
        )
    *kinds, total = result["rows"]
    throttled = sum(row["calls"] for row in kinds if row["kind"].endswith("(429)"))
    print(f"\nThrottled: {throttled}. Errors: {total['errors']}.\n")
    for error in result["errors"]:
        print(f"  {error}")
    return dict(total)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
