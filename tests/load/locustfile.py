"""What one user of the API does: log in, look, look again, and now and then send a file.

Locust runs it (`python -m tests.load`), each of its users as a user of FileFerry's own.
"""

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task

PEOPLE: list[dict[str, str]] = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
RESULT = Path(os.environ["LOAD_RESULT"])
BUCKET, KEY, DESTINATION = "load", "reports/today.csv", "partner"
THROTTLED = 429
SHOWN = (0.5, 0.95, 0.99)
_numbers = itertools.count()


class Colleague(FastHttpUser):
    """A hundred of them call about 18 times a second: the stage takes 20."""

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
        """The answer's JSON; None when it was refused. Being throttled is meant, and no error."""
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
    """The same for the same reason, so that they can be counted."""
    try:
        return f"{answer.status_code} {answer.json()['code']}"
    except (ValueError, KeyError, TypeError):  # no problem of ours
        return f"{answer.status_code} {answer.error or answer.text}"


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def write_result(environment: Any, **_: Any) -> None:  # noqa: ANN401
    stats = environment.stats
    rows = [*(stats.entries[key] for key in sorted(stats.entries)), stats.total]
    errors = [f"{e.name}: {e.error} ({e.occurrences} times)" for e in stats.errors.values()]
    RESULT.write_text(json.dumps({"rows": [_row(each) for each in rows], "errors": errors}))


def _row(entry: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "kind": entry.name,
        "calls": entry.num_requests,
        "errors": entry.num_failures,
        "per_second": entry.total_rps,
        "milliseconds": [entry.get_response_time_percentile(share) for share in SHOWN],
    }
