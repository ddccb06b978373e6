"""A receiver of webhooks, as a customer would write it: it believes what is signed, takes each
message once, and reads CloudEvents.

    python -m tests.doubles.webhook --port 0 --ready-file F [--secret whsec_...]

What all doubles take (faults, requests, page) is told in http_double.py, messages in
message_board.py. Without `--secret` it is SECRET.

    POST /hook (or any other path)
    Headers webhook-id, webhook-timestamp (Unix seconds, at most 300 s from now), webhook-signature
    ('v1,<Base64 of HMAC-SHA256 of "id.timestamp.body">', several with a space between), as Standard
    Webhooks has them; Content-Type application/cloudevents+json; the body is a CloudEvent 1.0.
    200 {"taken": true}      taken
    200 {"duplicate": true}  this webhook-id was taken before
    401 {"error"}            not signed, signed wrongly, or too old or new
    400 {"error"}            signed, and no CloudEvent; the same id may come again, mended

    GET  /_double/receiver   {"secret", "url"}
    POST /_double/receiver   {"secret": "whsec_..."}: this one counts from now on
    GET  /_double/messages   all that came: {"number", "at", "path", "id" (webhook-id), "timestamp",
         "verified": bool, "why_not": text or null, "duplicate": bool, "same_body": bool (as when it
         was taken; true if it is no duplicate), "valid": bool (a CloudEvent), "problems": [text],
         "taken": bool, "event": {...} or null, "text": the body as text}
    GET  /_double/summary    {"taken", "duplicates", "refused", "arrived"}
"""

import argparse
import hashlib
import json
import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

from tests.doubles.cloud_events import problems_of
from tests.doubles.html_page import page, text_html
from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, run
from tests.doubles.message_board import Message, MessageBoard
from tests.doubles.standard_webhooks import key_of, why_not
from tests.doubles.strict_json import strict_json

SHOWN = 100  # messages on the page
SECRET = "whsec_ZG91YmxlLW9mLWEtcmVjZWl2ZXItMzItYnl0ZXM="
URL_PATH = "/hook"


class Receiver(Double):
    """`clock` is Unix time."""

    def __init__(self, secret: str = SECRET, clock: Callable[[], float] = time.time) -> None:
        self.board = MessageBoard()
        self._clock = clock
        self._lock = threading.Lock()
        self._taken: dict[str, bytes] = {}  # ids, and the hashes of their bodies
        self._use(secret)

    def _use(self, secret: str) -> None:
        self.key, self.secret = key_of(secret), secret

    def answer(self, call: Call) -> Answer:
        if call.method != "POST":
            return json_answer(405, {"error": "Only POST is taken here."})
        message = self._judged(call)
        self.board.add(message)
        if message["why_not"]:
            return json_answer(401, {"error": message["why_not"]})
        if message["duplicate"]:
            return json_answer(200, {"duplicate": True})
        if message["problems"]:
            return json_answer(400, {"error": "; ".join(message["problems"])})
        return json_answer(200, {"taken": True})

    def _judged(self, call: Call) -> Message:
        wrong = why_not(self.key, call.headers, call.body, self._clock())
        event = _event(call)
        problems = problems_of(call.headers.get("content-type", ""), event)
        message_id = call.headers.get("webhook-id", "")
        digest = hashlib.sha256(call.body).digest()
        with self._lock:
            duplicate = wrong is None and message_id in self._taken
            same = self._taken.get(message_id, digest) == digest or not duplicate
            taken = wrong is None and not duplicate and not problems
            if taken:
                self._taken[message_id] = digest
        return {
            "path": call.path,
            "id": message_id,
            "timestamp": call.headers.get("webhook-timestamp", ""),
            "verified": wrong is None,
            "why_not": wrong,
            "duplicate": duplicate,
            "same_body": same,
            "valid": not problems,
            "problems": problems,
            "taken": taken,
            "event": event,
            "text": call.text,
        }

    def control(self, call: Call) -> Answer | None:
        if call.path != "/_double/receiver":
            return self.board.control(call)
        if call.method == "POST":
            self._use(str(call.json()["secret"]))
        url = f"http://{call.headers.get('host', '')}{URL_PATH}"
        return json_answer(200, {"secret": self.secret, "url": url})

    def summary(self) -> dict[str, Any]:
        messages = self.board.newer()
        taken = sum(each["taken"] for each in messages)
        duplicates = sum(each["duplicate"] for each in messages)
        refused = len(messages) - taken - duplicates
        return {"taken": taken, "duplicates": duplicates, "refused": refused}

    def page(self) -> Answer:
        main = "".join(map(_message_html, self.board.newest(SHOWN)))
        explanation = (
            f"A receiver of signed webhooks: the newest {SHOWN} calls. It knows one signing secret:"
            ' curl $WEBHOOKS/_double/receiver -d \'{"secret": "whsec_..."}\' tells it yours.'
        )
        main = main or '<p class="soft">Nothing has arrived yet.</p>'
        return page("Webhook receiver", explanation, main)


def _event(call: Call) -> Any:  # noqa: ANN401
    try:
        return strict_json(call.body)
    except ValueError:
        return None


def _message_html(message: Message) -> str:
    event = message["event"] if isinstance(message["event"], dict) else {}
    word, look = "refused", "bad"
    if message["taken"]:
        word, look = "taken", "good"
    elif message["duplicate"]:
        word, look = "duplicate", "busy"
    wrong = [message["why_not"]] if message["why_not"] else message["problems"]
    rows = [("at", message["at"][:19].replace("T", " ") + " UTC"), ("webhook-id", message["id"])]
    rows += [(name, str(event[name])) for name in ("source", "subject", "time") if name in event]
    rows += [("wrong", each) for each in wrong]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{text_html(value)}</dd>" for name, value in rows)
    body = json.dumps(event.get("data"), indent=2, ensure_ascii=False) if event else message["text"]
    return (
        f'<div class="card"><span class="badge {look}">{word}</span>'
        f" <b>{text_html(str(event.get('type', 'no event')))}</b><dl>{facts}</dl>"
        f'<pre class="mono text">{text_html(body)}</pre></div>'
    )


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="A receiver of signed webhooks.")
    PARSER.add_argument("--secret", default=SECRET)
    run(PARSER, lambda options: Receiver(options.secret))
