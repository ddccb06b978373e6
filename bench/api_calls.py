"""Counts the calls of AWS' APIs that the emulator answers, as CloudTrail would record them."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

PAGE = 50  # the emulator answers no more, and has no token for the next page
LOOKUP = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/cloudtrail/aws4_request"
MOMENT = 1e-6  # seconds; the times of calls differ by more


class ApiCalls:
    """Calls are recorded while it is entered. It keeps 10,000 of them at most."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._endpoint, self._region = endpoint, region
        self._since = self._until = 0.0

    def __enter__(self) -> "ApiCalls":
        self._post("/_ministack/config", {"cloudtrail._recording_enabled": "true"})
        self._since = time.time()
        return self

    def __exit__(self, *exc: object) -> None:
        self._until = time.time()
        self._post("/_ministack/config", {"cloudtrail._recording_enabled": "false"})

    def of_table(self, table: str) -> Counter[str]:
        """How often each operation of DynamoDB was called with the table in its request."""
        return Counter(
            str(call["EventName"])
            for call in self._recorded()
            if call["EventSource"].startswith("dynamodb")
            and f'"{table}"' in call["CloudTrailEvent"]
        )

    def all(self) -> Iterator[tuple[str, str, str]]:
        """(source, operation, record) of each call."""
        for call in self._recorded():
            yield str(call["EventSource"]), str(call["EventName"]), str(call["CloudTrailEvent"])

    def _recorded(self) -> Iterator[Any]:
        """Newest first, page by page: each ends before the last call of the page before."""
        until, seen = self._until, set[str]()
        while True:
            wish = {"StartTime": self._since, "EndTime": until, "MaxResults": PAGE}
            page = self._post("/", wish, **{"X-Amz-Target": LOOKUP})["Events"]
            fresh = [call for call in page if call["EventId"] not in seen]
            yield from fresh
            seen |= {call["EventId"] for call in fresh}
            if len(page) < PAGE:
                return
            until = page[-1]["EventTime"] if fresh else until - MOMENT

    def _post(self, path: str, body: object, **headers: str) -> Any:  # noqa: ANN401 - JSON
        signed = {"Authorization": SIGNED.format(region=self._region)}
        sent = {"Content-Type": "application/x-amz-json-1.1", **signed, **headers}
        request = urllib.request.Request(  # noqa: S310 - http on loopback
            self._endpoint + path, json.dumps(body).encode(), sent
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
