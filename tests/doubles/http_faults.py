"""Faults that are ordered for calls of a double."""

import threading
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tests.doubles.http_call import Call

Kind = Literal[
    "timeout_before",  # nothing is done, and nothing said until the client gives up
    "timeout_after",  # it is done, and nothing said until the client gives up
    "reset_before",  # nothing is done; the connection ends with RST
    "reset_after",  # it is done; the connection ends with RST
    "status",  # `status` is answered
    "delay",  # it is done and answered after `seconds`, even if the client gave up meanwhile
    "slow_headers",  # the right answer, a byte of its head each `seconds`
    "slow_body",  # the right answer, a byte of its body each `seconds`
    "malformed_json",  # the first half of the right body, as if it were whole
    "empty",  # the right status without a body
    "huge",  # JSON of `size_bytes`
    "html",  # a login page with 200
    "cut",  # half of what Content-Length promises
    "stall",  # half of it, and then nothing until the client gives up
    "redirect",  # `status` (307) to `location`
]
UNDONE = ("timeout_before", "reset_before", "status", "html", "redirect")
Seconds = Annotated[float, Field(gt=0, le=600)]


class Fault(BaseModel):
    """`path` is a pattern with * and ?; `containing` must be in the body. The first `after` calls
    that fit pass, the next `count` are hit (None: all of them). `done` says whether the double does
    what was asked for; where it is None, the kind says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    method: str = "*"
    path: str = "*"
    containing: str = ""
    after: int = Field(default=0, ge=0)
    count: int | None = Field(default=1, ge=1)
    done: bool | None = None
    status: int | None = Field(default=None, ge=200, le=599)
    retry_after: str | int | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: str | None = None
    location: str = "/redirected"
    seconds: Seconds | None = None
    size_bytes: int = Field(default=5_000_000, ge=1, le=100_000_000)

    @property
    def does(self) -> bool:
        if self.kind in ("timeout_before", "reset_before"):
            return False
        if self.kind in ("timeout_after", "reset_after"):
            return True
        return self.kind not in UNDONE if self.done is None else self.done

    def fits(self, call: Call) -> bool:
        return (
            fnmatchcase(call.method, self.method)
            and fnmatchcase(call.path, self.path)
            and self.containing in call.text
        )


class Ordered:
    """A fault with its number, and how many calls it let pass and hit."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number, self.fault = number, fault
        self.passed = self.hits = 0

    @property
    def over(self) -> bool:
        return self.fault.count is not None and self.hits >= self.fault.count

    def shown(self) -> dict[str, Any]:
        counts = {"id": self.number, "passed": self.passed, "hits": self.hits, "over": self.over}
        return counts | {"fault": self.fault.model_dump(exclude_defaults=True)}


class FaultBook:
    """The oldest fault that fits and is not over hits. Each fault counts the calls that fit it and
    that no older fault hit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Ordered] = []
        self._numbers = 0

    def order(self, faults: list[Fault]) -> list[int]:
        with self._lock:
            for fault in faults:
                self._numbers += 1
                self._ordered.append(Ordered(self._numbers, fault))
            return [each.number for each in self._ordered[len(self._ordered) - len(faults) :]]

    def clear(self, number: int | None = None) -> int:
        """How many were cleared: all, or the one of this number."""
        with self._lock:
            kept = [each for each in self._ordered if number not in (None, each.number)]
            cleared = len(self._ordered) - len(kept)
            self._ordered = kept
            return cleared

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            return [each.shown() for each in self._ordered]

    def hit(self, call: Call) -> Fault | None:
        with self._lock:
            for each in self._ordered:
                if each.over or not each.fault.fits(call):
                    continue
                if each.passed < each.fault.after:
                    each.passed += 1
                    continue
                each.hits += 1
                return each.fault
            return None
