"""What one transfer of 1 KB costs: calls of AWS, functions, and seconds of each step.

All services are counted: progress, tickets and messages follow each transfer. The calls that Lambda
itself makes, to poll queues and to call functions, are not seen here.

    python -m bench.small_costs [--transfers 10]
"""

import argparse
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping

from bench.api_calls import ApiCalls
from bench.ours import Ours, ours
from bench.place import ending_well, place
from bench.rows import head, machine, row
from bench.small_transfers import PATIENCE_SECONDS, WARM_UP, seconds_of, send, tiny

QUIET_SECONDS = 5.0  # what follows a transfer has happened by then
REPORT = re.compile(r"REPORT RequestId: \S+\s+Duration: (\d+) ms")
ENTERED, EXITED = "StateEntered", "StateExited"


def calls_of(recorded: ApiCalls) -> Counter[tuple[str, str]]:
    """By our service, and operation. Calls that name none of our tables are AWS' service's."""
    found: Counter[tuple[str, str]] = Counter()
    for source, operation, request in recorded.all():
        aws = source.removesuffix(".amazonaws.com")
        _, named, rest = request.partition('"fileferry-local-')
        owner = rest.partition('"')[0].partition("-")[0] if named and aws == "dynamodb" else ""
        found[f"{aws} ({owner})" if owner else aws, operation] += 1
    return found


def functions_of(we: Ours, since_ms: int) -> Mapping[str, list[int]]:
    """Milliseconds of each call of a function, by service. The emulator's logs name no function."""
    logs, found = we.stack.client("logs"), defaultdict[str, list[int]](list)
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=name, startTime=since_ms
        )
        for page in pages:
            for event in page["events"]:
                if report := REPORT.match(event["message"]):
                    found[name.rsplit("/")[-1]].append(int(report[1]))
    return found


def steps_of(we: Ours, ids: list[str]) -> Mapping[str, list[float]]:
    """Seconds by state; and, under '(before)', between the POST and the first state."""
    client, found = we.stack.client("stepfunctions"), defaultdict[str, list[float]](list)
    [machine_arn] = [
        each["stateMachineArn"]
        for each in client.list_state_machines()["stateMachines"]
        if each["name"].endswith("-transfer")
    ]
    for execution in client.list_executions(stateMachineArn=machine_arn)["executions"]:
        if not any(each in execution["name"] for each in ids):
            continue
        arn, entered = execution["executionArn"], dict[str, float]()
        for event in client.get_execution_history(executionArn=arn, maxResults=1000)["events"]:
            at = event["timestamp"].timestamp()
            if event["type"].endswith(ENTERED):
                entered[event["stateEnteredEventDetails"]["name"]] = at
            elif event["type"].endswith(EXITED):
                name = event["stateExitedEventDetails"]["name"]
                found[name].append(at - entered[name])
    return found


def show_calls(recorded: ApiCalls, transfers: int) -> None:
    found = calls_of(recorded)
    head("service", "operation", "calls a transfer")
    for (service, operation), count in sorted(found.items(), key=lambda each: -each[1]):
        row(service, operation, f"{count / transfers:.1f}")
    row("all", "", f"{found.total() / transfers:.1f}")


def measure(we: Ours, transfers: int) -> None:
    for number in range(WARM_UP):
        we.ferry.wait(send(we, f"warm-{number}"), PATIENCE_SECONDS)
    time.sleep(QUIET_SECONDS)
    since, ids, taken = round(time.time() * 1000), list[str](), list[float]()
    with ApiCalls(we.stack.endpoint, we.stack.region) as recorded:
        for number in range(transfers):
            ids.append(send(we, f"counted-{number}"))
            taken.append(seconds_of(we.ferry.wait(ids[-1], PATIENCE_SECONDS)))
        time.sleep(QUIET_SECONDS)
    print(f"\n**What a file of 1 KB costs**, {transfers} transfers, {machine()}\n")
    show_calls(recorded, transfers)
    print()
    head("functions of", "calls a transfer", "seconds a transfer")
    for name, each in functions_of(we, since).items():
        row(name, f"{len(each) / transfers:.1f}", f"{sum(each) / transfers / 1000:.2f}")
    print()
    head("step", "seconds, median")
    steps = steps_of(we, ids)
    for name, taken_by in steps.items():
        row(name, f"{statistics.median(taken_by):.3f}")
    inside = sum(map(statistics.median, steps.values()))
    row(
        "from the POST to the first step, and between steps",
        f"{statistics.median(taken) - inside:.3f}",
    )
    row("all", f"{statistics.median(taken):.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transfers", type=int, default=10)
    given = parser.parse_args()
    with ending_well(), place(tiny) as at, ours(at) as we:
        measure(we, given.transfers)


if __name__ == "__main__":
    main()
