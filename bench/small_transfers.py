"""What a small file takes, from the POST to `completed`, on the warm local stack.

One after the other, and many at once to a destination with two sessions.

    python -m bench.small_transfers [--rounds 3] [--other CHECKOUT]

--other measures another checkout beside this one, in turns.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.stack.running import BUCKET, Running, as_destination, started

ONE_BY_ONE, AT_ONCE = 12, 22
WARM_UP = 4
SECONDS = 300.0
HERE = Path(__file__).parents[1]


def one_by_one(running: Running) -> list[float]:
    """Seconds of each transfer."""
    taken = []
    for number in range(WARM_UP + ONE_BY_ONE):
        began = time.monotonic()
        sent = running.ferry.send(BUCKET, "tiny", "partner", target_path=f"one-{number}")
        assert running.ferry.wait(sent, SECONDS)["status"] == "completed"
        taken.append(time.monotonic() - began)
    return taken[WARM_UP:]


def at_once(running: Running) -> float:
    """Seconds until the last one is completed."""
    wish = as_destination("two", running.partner, max_sessions=2)
    running.ferry.register(wish, running.partner.host_key)
    began = time.monotonic()
    sent = [
        running.ferry.send(BUCKET, "tiny", "two", target_path=f"many-{number}")
        for number in range(AT_ONCE)
    ]
    assert {running.ferry.wait(each, SECONDS)["status"] for each in sent} == {"completed"}
    return time.monotonic() - began


def measure() -> None:
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as running:
        running.put("tiny", b"x" * 1000)
        told = {"one_by_one": one_by_one(running), "at_once": at_once(running)}
    print(json.dumps(told))


def measured(checkout: Path) -> dict[str, float]:
    program = [sys.executable, str(HERE / "bench" / "small_transfers.py"), "--measure"]
    environment = {"PYTHONPATH": str(checkout), "PATH": str(Path(sys.executable).parent)}
    answer = subprocess.run(
        program, cwd=checkout, env=environment, check=True, capture_output=True, text=True
    )
    told = json.loads(answer.stdout.splitlines()[-1])
    taken = told["one_by_one"]
    return {"p50": statistics.median(taken), "slowest": max(taken), "at_once": told["at_once"]}


def main() -> None:
    parser = argparse.ArgumentParser(description="What a small file takes, in seconds.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.measure:
        measure()
        return
    checkouts = {"this": HERE} | ({"other": wanted.other} if wanted.other else {})
    print("| checkout | p50 | slowest of 12 | 22 at once, 2 sessions |\n|---|---|---|---|")
    for _ in range(wanted.rounds):
        for name, checkout in checkouts.items():
            found = measured(checkout)
            print(
                f"| {name} | {found['p50']:.2f} | {found['slowest']:.2f} | {found['at_once']:.1f} |"
            )


if __name__ == "__main__":
    main()
