"""Amazon Bedrock's Converse and ConverseStream, as documented. A brain decides what is answered.

    python -m tests.doubles.bedrock --port 0 --ready-file F [--brain demo | script | obeying]
        [--window 200000]              # tokens that the model can read

    POST /model/{modelId}/converse         200 {"output", "stopReason", "usage", "metrics"}
    POST /model/{modelId}/converse-stream  200 event stream (bedrock_events.py)

A call must be signed for `bedrock`, or have a bearer token. Neither is checked further. What
Bedrock refuses (bedrock_rules.py) is refused with 400 ValidationException. A status fault
(http_faults.py) answers with the error of that status: 403 AccessDeniedException, 404
ResourceNotFoundException, 408 ModelTimeoutException, 424 ModelErrorException, 429
ThrottlingException, 500 InternalServerException, 503 ServiceUnavailableException. `stall` and `cut`
are for streams that end in the middle.

The brains: `demo` understands the sentences of the demo (bedrock_demo.py), `script` plays what it
is told (bedrock_script.py), `obeying` does whatever a text tells it (bedrock_obeying.py).

    POST   /_double/moves    [[moves], ...]: what the next calls are answered, before any brain
    POST   /_double/scripts  one Script or a list of them; DELETE forgets them
    POST   /_double/brain    {"brain": "script"}: from now on
    POST   /_double/limits   {"window": 2000}
    GET    /_double/summary  {"brain", "answered", "refused": [{"message", "calls"}], "stops": {},
                             "read", "written", "by": {"signature", "bearer"}, "unlimited",
                             "broken", "uses": {tool: calls}, "arrived"}

`unlimited` counts calls without maxTokens. `broken` are errors of a brain: a script that refers to
what was never told. They are answered with 424.
"""

import argparse
import threading
from collections import Counter
from html import escape
from typing import Any

from tests.doubles.bedrock_demo import demo
from tests.doubles.bedrock_events import CONTENT_TYPE
from tests.doubles.bedrock_moves import REPLIES, Brain, Moves, Request
from tests.doubles.bedrock_obeying import obeying
from tests.doubles.bedrock_replies import Reply, reply_to
from tests.doubles.bedrock_rules import Invalid, check
from tests.doubles.bedrock_script import SCRIPTS, Scripted
from tests.doubles.html_page import page, text_html
from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, run

WINDOW = 200_000  # tokens
SHOWN = 50  # calls on the page
ERRORS = {
    400: ("ValidationException", "The double refuses this call."),
    403: ("AccessDeniedException", "You don't have access to the model with the specified ID."),
    404: ("ResourceNotFoundException", "Could not resolve the model from the model identifier."),
    408: ("ModelTimeoutException", "The model took too long."),
    424: ("ModelErrorException", "The model returned an error."),
    429: ("ThrottlingException", "Too many requests, please wait before trying again."),
    500: ("InternalServerException", "The system encountered an unexpected error."),
    503: ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
SIGNED = "/bedrock/aws4_request"


class Bedrock(Double):
    def __init__(self, brain: str = "demo", window: int = WINDOW) -> None:
        self.scripted = Scripted()
        self.brains: dict[str, Brain] = {
            "demo": demo,
            "script": self.scripted,
            "obeying": obeying,
        }
        self.brain, self.window = self._known(brain), window
        self._lock = threading.Lock()
        self._next: list[Moves] = []
        self._counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("refused", "stops", "by", "uses", "sums", "broken")
        }
        self._talk: list[tuple[str, Reply]] = []

    def answer(self, call: Call) -> Answer:
        """`call.path` is decoded, so an ARN with slashes may stand in its middle."""
        model, _, operation = call.path.removeprefix("/model/").rpartition("/")
        known = operation in ("converse", "converse-stream") and call.path.startswith("/model/")
        if not known or call.method != "POST":
            return _error(404, "UnknownOperationException", "There is no such operation.")
        by = _by(call)
        if by is None:
            return _error(
                403, "MissingAuthenticationTokenException", "Missing Authentication Token"
            )
        try:
            document = call.json()
            check(model, document, self.window)
        except (Invalid, ValueError) as refused:
            self._count("refused", str(refused))
            return _error(400, "ValidationException", str(refused))
        return self._answered(Request(model, document), by, streamed=operation.endswith("stream"))

    def _answered(self, request: Request, by: str, *, streamed: bool) -> Answer:
        try:
            moves = self._forced() or self.brains[self.brain](request)
        except LookupError as error:
            self._count("broken", str(error.args[0]))
            return _error(424, "ModelErrorException", str(error.args[0]))
        reply = reply_to(request, moves)
        self._remember(request, reply, by)
        if reply.fail and not streamed:
            return _error(424, "ModelErrorException", reply.fail.message)
        if not streamed:
            return json_answer(200, reply.document())
        frames = list(reply.frames())
        content = {"Content-Type": CONTENT_TYPE}
        return Answer(200, b"".join(each for _, each in frames), content, timed=frames)

    def _forced(self) -> Moves | None:
        with self._lock:
            return self._next.pop(0) if self._next else None

    def _remember(self, request: Request, reply: Reply, by: str) -> None:
        limited = "maxTokens" in request.document.get("inferenceConfig", {})
        with self._lock:
            self._talk = [*self._talk[1 - SHOWN :], (request.asked, reply)]
            self._counts["by"][by] += 1
            self._counts["stops"][reply.fail.fail if reply.fail else reply.stop] += 1
            uses = [block["toolUse"]["name"] for block in reply.blocks if "toolUse" in block]
            self._counts["uses"].update(uses)
            sums = {"read": reply.read, "written": reply.written, "unlimited": int(not limited)}
            self._counts["sums"].update({"answered": 1, **sums})

    def _count(self, what: str, name: str) -> None:
        with self._lock:
            self._counts[what][name] += 1

    def refusal(self, status: int) -> Answer:
        return _error(status, *ERRORS.get(status, ("InternalServerException", "It failed.")))

    def control(self, call: Call) -> Answer | None:
        name = call.path.removeprefix("/_double/")
        if (call.method, name) == ("DELETE", "scripts"):
            self.scripted.clear()
        elif call.method != "POST":
            return None
        elif name == "moves":
            with self._lock:
                self._next.extend(REPLIES.validate_python(call.json()))
        elif name == "scripts":
            told = call.json()
            self.scripted.add(SCRIPTS.validate_python(told if isinstance(told, list) else [told]))
        elif name == "brain":
            self.brain = self._known(str(call.json()["brain"]))
        elif name == "limits":
            self.window = int(call.json()["window"])
        else:
            return None
        return json_answer(201, {})

    def _known(self, brain: str) -> str:
        if brain not in self.brains:
            raise ValueError(f"There is no brain {brain!r}; there are {', '.join(self.brains)}.")
        return brain

    def summary(self) -> dict[str, Any]:
        with self._lock:
            refused, sums = self._counts["refused"], self._counts["sums"]
            return {
                "brain": self.brain,
                "refused": [{"message": each, "calls": n} for each, n in refused.items()],
                "broken": list(self._counts["broken"]),
                **{name: dict(self._counts[name]) for name in ("stops", "by", "uses")},
                **{name: sums[name] for name in ("answered", "read", "written", "unlimited")},
            }

    def page(self) -> Answer:
        with self._lock:
            talk = list(reversed(self._talk))
        explanation = f"A model for tests (brain: {self.brain}): the newest {SHOWN} calls."
        main = "".join(_shown(asked, reply) for asked, reply in talk)
        return page("Bedrock", explanation, main or '<p class="soft">Nobody has asked yet.</p>')


def _by(call: Call) -> str | None:
    told = call.headers.get("authorization", "")
    if told.startswith("Bearer ") and told.removeprefix("Bearer ").strip():
        return "bearer"
    return "signature" if told.startswith("AWS4-HMAC-SHA256 ") and SIGNED in told else None


def _error(status: int, name: str, message: str) -> Answer:
    return json_answer(status, {"message": message}, {"x-amzn-ErrorType": name})


def _shown(asked: str, reply: Reply) -> str:
    lines = [
        block["text"]
        if "text" in block
        else f"{block['toolUse']['name']} {block['toolUse']['raw']}"
        for block in reply.blocks
    ]
    said = "".join(f'<pre class="mono text">{text_html(each)}</pre>' for each in lines)
    return (
        f'<div class="card"><span class="badge over">{escape(reply.stop)}</span>'
        f" <b>{text_html(asked)}</b>{said}"
        f'<p class="soft">{reply.read} tokens read, {reply.written} written</p></div>'
    )


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="Converse of Amazon Bedrock, without a model.")
    PARSER.add_argument("--brain", choices=("demo", "script", "obeying"), default="demo")
    PARSER.add_argument("--window", type=int, default=WINDOW)
    run(PARSER, lambda options: Bedrock(options.brain, options.window))
