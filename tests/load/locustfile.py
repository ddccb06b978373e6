"""One user of the API logs in, looks, looks again, and now and then sends a file.

The first minute is counted apart: users arrive and functions start in it.
Locust runs it (`python -m tests.load`), each of its users as a user of FileFerry's own.
"""

import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task
from locust.stats import RequestStats

PEOPLE: list[dict[str, str]] = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
RESULT = Path(os.environ["LOAD_RESULT"])
BUCKET, KEY, DESTINATION = "load", "reports/today.csv", "partner"
THROTTLED = 429
FIRST_SECONDS = float(os.environ["LOAD_FIRST_SECONDS"])
SHOWN = (0.5, 0.95, 0.99)
_numbers = itertools.count()
first, rest = RequestStats(), RequestStats()
_began = time.monotonic()


class Colleague(FastHttpUser):
    """A hundred of them call about 18 times a second. The stage allows 20."""

    wait_time = between(3.5, 7.5)

    def on_start(self) -> None:
        self.person = PEOPLE[next(_numbers) % len(PEOPLE)]
        self.login = {name: self.person[name] for name in ("user", "password")}
        self.token, self.sent = "", self.person.get("sent", "")
        self.log_in()

    @task(5)
    def log_in(self) -> None:
        answer = self.ask("login", "POST", "/api/login", self.login)
        if answer is not None:
            self.token = answer["access_token"]

    @task(3)
    def send(self) -> None:
        wish = {
            "source": {"bucket": BUCKET, "key": KEY},
            "destination_id": DESTINATION,
            "target_path": f"{self.person['user']}-{random.randrange(10**9)}.csv",  # noqa: S311
        }
        answer = self.ask("start", "POST", "/api/transfer", wish)
        if answer is not None:
            self.sent = answer["id"]

    @task(45)
    def status(self) -> None:
        if self.sent:
            self.ask("status", "GET", f"/api/transfer/{self.sent}")
        else:
            self.history()

    @task(12)
    def buckets(self) -> None:
        self.ask("buckets", "GET", "/api/buckets")

    @task(15)
    def files(self) -> None:
        self.ask("files", "GET", f"/api/buckets/{BUCKET}/files?prefix=reports/")

    @task(20)
    def history(self) -> None:
        self.ask("history", "GET", "/api/history?limit=20")

    def ask(self, kind: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """The answer's JSON. None when it was refused. Being throttled is no error here."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with self.client.request(
            method, path, name=kind, json=body, headers=headers, catch_response=True
        ) as answer:
            if answer.status_code == THROTTLED:
                answer.request_meta["name"] = f"{kind} (429)"
                answer.success()
                return None
            if not 200 <= answer.status_code < 300:
                answer.failure(told(answer))
                return None
            return answer.json()


def told(answer: Any) -> str:  # noqa: ANN401
    """The same text for the same reason, so that errors can be counted."""
    try:
        return f"{answer.status_code} {answer.json()['code']}"
    except (ValueError, KeyError, TypeError):  # no problem of ours
        return f"{answer.status_code} {answer.error or answer.text}"


@events.test_start.add_listener  # type: ignore[untyped-decorator]
def begin(**_: Any) -> None:  # noqa: ANN401
    global _began
    _began = time.monotonic()


@events.request.add_listener  # type: ignore[untyped-decorator]
def count(
    request_type: str,
    name: str,
    response_time: float,
    response_length: int,
    exception: Exception | None = None,
    **_: Any,  # noqa: ANN401
) -> None:
    """Counts a call by the time of its end. One that began in the first minute and took long may
    count among the rest."""
    stats = first if time.monotonic() - _began < FIRST_SECONDS else rest
    stats.log_request(request_type, name, int(response_time), response_length)
    if exception is not None:
        stats.log_error(request_type, name, exception)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def write_result(**_: Any) -> None:  # noqa: ANN401
    took = time.monotonic() - _began
    told = {
        "first": _phase(first, min(took, FIRST_SECONDS)),
        "rest": _phase(rest, max(1.0, took - FIRST_SECONDS)),
    }
    RESULT.write_text(json.dumps(told))


def _phase(stats: Any, seconds: float) -> dict[str, Any]:  # noqa: ANN401
    rows = [*(stats.entries[key] for key in sorted(stats.entries)), stats.total]
    errors = [f"{e.name}: {e.error} ({e.occurrences} times)" for e in stats.errors.values()]
    return {"rows": [_row(each, seconds) for each in rows], "errors": errors}


def _row(entry: Any, seconds: float) -> dict[str, Any]:  # noqa: ANN401
    return {
        "kind": entry.name,
        "calls": entry.num_requests,
        "errors": entry.num_failures,
        "per_second": entry.num_requests / seconds,
        "milliseconds": [entry.get_response_time_percentile(share) for share in SHOWN],
    }
