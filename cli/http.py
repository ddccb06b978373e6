"""One call to FileFerry's API: bounded in time and size, and repeated only where that is safe."""

import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import httpx

from cli.address import is_loopback
from cli.bounded import bounded
from cli.errors import CommandFailed, Unreachable, UsageFailed
from cli.refusals import refusal

CONNECT_SECONDS = 10.0
QUICK_CONNECT_SECONDS = 3.0  # for callers that try again by themselves
READ_SECONDS = 40.0  # the gateway itself gives up after 29
CALL_SECONDS = 60.0  # of one attempt: names, addresses, headers and body may each drip
MAX_ANSWER_BYTES = 16_000_000  # a function's answer has 6 MB at most
PATIENCE_SECONDS = 60.0  # the longest wait because of 429, all waits of a call together
PAUSES = (0.5, 2.0)  # before the repetitions of a call that was lost
THROTTLED = 429
NOBODY_THERE = frozenset({503, 504})
WORTH_REPEATING = NOBODY_THERE | {500}
NOT_OURS = "The answer is not FileFerry's: check the address with `fileferry config get url`."
JSON_TYPES = ("application/json", "application/problem+json")

_VALUE = re.compile(r"[!-~]+( [!-~]+)*")

Wait = Callable[[float], object]


@dataclass(frozen=True)
class Answer:
    """The content is not shown: it may hold tokens."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def document(self) -> Any:  # noqa: ANN401
        """The JSON of the answer, None where it has none. Raises CommandFailed."""
        if not self.content:
            return None
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind not in JSON_TYPES:
                raise ValueError(kind)
            return json.loads(self.content, parse_constant=_refused, parse_float=_finite)
        except (ValueError, RecursionError):
            raise CommandFailed(NOT_OURS) from None


class NotConnected(Unreachable):
    """The call never arrived."""


class AnswerLost(Unreachable):
    """The call was sent, and nobody knows whether it was done."""


class Http:
    """`wait` sleeps; tests give another one."""

    def __init__(
        self,
        base_url: str,
        transport: httpx.BaseTransport | None = None,
        wait: Wait | None = None,
        note: Callable[[str], None] = lambda text: None,
        repeats: bool = True,
    ) -> None:
        """`repeats` is false for callers that try again by themselves: a call that nobody
        answered is not sent again then, and a network that swallows everything is noticed soon."""
        try:
            host = httpx.URL(base_url).host
        except httpx.InvalidURL as error:  # a name that is none in IDNA, for example
            raise UsageFailed(f"{base_url!r} is no address: {error}") from error
        self.base_url = base_url
        self._note, self._repeats = note, repeats
        self._worth_repeating = WORTH_REPEATING if repeats else WORTH_REPEATING - NOBODY_THERE
        self._wait = wait or Event().wait
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(
                READ_SECONDS, connect=CONNECT_SECONDS if repeats else QUICK_CONNECT_SECONDS
            ),
            # No proxy of the environment may get what is meant for this computer.
            trust_env=not is_loopback(host),
            headers={"User-Agent": "fileferry", "Accept-Encoding": "identity"},
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float = math.inf,
    ) -> Answer:
        """Raises Unreachable, AnswerLost, and what refusal() makes of an answer that is no success.

        A GET, and a call with an Idempotency-Key, are sent again when they were lost. Others are
        only if they surely never arrived. All attempts and waits together end `within` seconds.
        """
        if not all(_VALUE.fullmatch(value) for value in (headers or {}).values()):
            raise UsageFailed("A token or a key holds characters that no header can.")
        request = self._http.build_request(
            method,
            self.base_url + path,
            json=body,
            params={k: str(v) for k, v in (query or {}).items() if v is not None},
            headers=headers,
        )
        answer = self._with_patience(request, within)
        if answer.status >= 300:  # a redirect, too: a token goes nowhere else
            raise refusal(answer.status, self._problem(answer))
        return answer

    def _with_patience(self, request: httpx.Request, within: float) -> Answer:
        began = time.monotonic()
        patient_until, end = began + min(PATIENCE_SECONDS, within), began + within
        pauses = iter(PAUSES)
        again = request.method == "GET" or "Idempotency-Key" in request.headers
        while True:
            try:
                answer = self._once(request, min(CALL_SECONDS, end - time.monotonic()))
            except Unreachable as lost:
                pause = next(pauses, None) if self._repeats else None
                late = pause is None or time.monotonic() + pause >= end
                if pause is None or late or (isinstance(lost, AnswerLost) and not again):
                    raise
            else:
                pause = self._pause_after(answer, pauses if again else iter(()), patient_until)
                if pause is None or time.monotonic() + pause >= end:
                    return answer
            self._wait(pause)

    def _pause_after(self, answer: Answer, pauses: Any, deadline: float) -> float | None:  # noqa: ANN401
        if answer.status in self._worth_repeating:
            found: float | None = next(pauses, None)
            return found
        if answer.status != THROTTLED:
            return None
        seconds = retry_after(answer.headers)
        if time.monotonic() + seconds > deadline:
            return None
        if seconds > 1:
            self._note(f"FileFerry asks for patience: going on in {seconds:.0f} s.")
        return seconds

    def _once(self, request: httpx.Request, seconds: float) -> Answer:
        try:
            return bounded(seconds, lambda: self._exchange(request))
        except TimeoutError as late:
            raise self._lost("it takes too long") from late
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotConnected(
                f"FileFerry cannot be reached at {self.base_url} ({_cause(error)}):"
                " check the address, and your network."
            ) from error
        except httpx.ProxyError as error:
            raise NotConnected(f"The proxy does not let us through ({_cause(error)}).") from error
        except httpx.TransportError as error:
            raise self._lost(_cause(error)) from error

    def _exchange(self, request: httpx.Request) -> Answer:
        response = self._http.send(request, stream=True)
        try:
            return Answer(response.status_code, dict(response.headers.items()), _content(response))
        finally:
            response.close()

    def _lost(self, why: str) -> AnswerLost:
        return AnswerLost(
            f"FileFerry at {self.base_url} did not answer ({why}):"
            " look whether it was done, or try again."
        )

    @staticmethod
    def _problem(answer: Answer) -> Mapping[str, Any]:
        try:
            document = answer.document
        except CommandFailed:
            return {}
        return document if isinstance(document, dict) else {}

    def close(self) -> None:
        self._http.close()


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, at least a tenth of one, so that nobody's zero makes us a storm."""
    try:
        return max(0.1, float(headers.get("retry-after", 1)))
    except ValueError:
        return 1.0


def _content(response: httpx.Response) -> bytes:
    """It ends by itself, too: nobody ends the thread that was left behind with it."""
    deadline, content = time.monotonic() + CALL_SECONDS, bytearray()
    for part in response.iter_raw():
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            raise CommandFailed("The answer is far too long to be FileFerry's: check the address.")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer drips", request=response.request)
    return bytes(content)


def _finite(text: str) -> float:
    """JSON has no infinity: what is printed would be no JSON."""
    number = float(text)
    return number if math.isfinite(number) else _refused(text)


def _refused(text: str) -> float:
    raise ValueError(text)


def _cause(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
