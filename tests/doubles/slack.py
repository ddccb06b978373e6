"""Slack, as far as an incoming webhook and a bot's messages show it.

    python -m tests.doubles.slack --port 0 --ready-file F [--seconds 1.0]

What all doubles take (faults, requests, page) is told in http_double.py, messages in
message_board.py. `--seconds` lie between two messages of the webhook, or of the bot in one channel;
what comes earlier is answered with 429 and Retry-After. 50 updates are taken in 60 times that. 0
takes all.

    POST /services/T0FERRY01/B0FERRY01/{token}  (WEBHOOK) JSON, or a form with payload=JSON ->
         200 ok, or an error's word in plain text (WEBHOOK_ERRORS has their statuses):
         400 invalid_payload no_text invalid_blocks too_many_attachments msg_too_long ...
         403 invalid_token action_prohibited ...; 404 no_team no_service ...;
         410 channel_is_archived; 429 rate_limited
    POST /api/chat.postMessage  Authorization: Bearer TOKEN; JSON or a form: channel, text, blocks,
         attachments -> 200 {"ok": true, "channel", "ts", "message"}
    POST /api/chat.update       the same with ts -> 200 {"ok": true, "channel", "ts", "text"}
         errors: 200 {"ok": false, "error"}: not_authed invalid_auth token_revoked channel_not_found
         not_in_channel is_archived no_text msg_too_long msg_blocks_too_long invalid_blocks
         message_not_found cant_update_message; 429 {"ok": false, "error": "ratelimited"}

Channels: C0FERRY01 (the bot is in it), C0OTHER01 (it is not), C0OLDER01 (archived). A status fault
answers as the webhook does; for /api give it a `body` ('{"ok": false, "error": "ratelimited"}').

    GET  /_double/workspace  {"webhook": {"state", "address", "url"}, "token": {"state", "token"},
                             "channels": {id: state}}
    POST /_double/workspace  {"webhook": state, "token": state, "channels": {id: state}}, none of
                             them needed; a state is "ok" or the word of the error to answer
    GET  /_double/messages   {"number", "at", "channel", "by": "webhook" | "bot", "ts", "edits":
         [{"until", "text"}] (what it was before, oldest first), "posted": bool, "why_not": an
         error's word or null, "valid": bool, "problems": [text], "message": {"text", "blocks",
         ...}, "text", "mentions", "links", "markup", "characters"}; the last five as in
         findings.py. What was refused for its content is there too, with those five empty; what was
         refused for its address, token, channel or rate is only in /_double/requests.
    GET  /_double/summary    {"posted", "refused", "edits", "arrived"}
"""

import argparse
from html import escape
from typing import Any

from tests.doubles.html_page import page
from tests.doubles.http_call import Answer, Call, json_answer, text_answer
from tests.doubles.http_double import Double, run
from tests.doubles.message_board import Message
from tests.doubles.slack_calls import arguments, failed, webhook_message, wrong_address
from tests.doubles.slack_limits import LONGEST_POST, fault_of
from tests.doubles.slack_view import STYLE
from tests.doubles.slack_workspace import MEMBER, TOKEN, WEBHOOK, WEBHOOK_ERRORS, Workspace
from tests.doubles.spans import STYLE as TEXT_STYLE

SHOWN = 100  # messages on the page
SECONDS = 1.0  # between two messages


class Slack(Double):
    def __init__(self, seconds: float = SECONDS) -> None:
        self.workspace = Workspace(seconds)

    def answer(self, call: Call) -> Answer:
        if call.method != "POST":
            return text_answer(405, "method_not_allowed")
        if call.path.startswith("/services/"):
            return self._webhook(call)
        if call.path in ("/api/chat.postMessage", "/api/chat.update"):
            return self._api(call)
        return json_answer(200, {"ok": False, "error": "unknown_method"})

    # --- the webhook -----------------------------------------------------------------------------

    def _webhook(self, call: Call) -> Answer:
        error = wrong_address(call.path) or self.workspace.webhook
        if error != "ok":
            return text_answer(WEBHOOK_ERRORS.get(error, 400), error)
        wait = self.workspace.posts.retry_after(WEBHOOK)
        if wait is not None:
            return text_answer(429, "rate_limited", {"Retry-After": str(wait)})
        try:
            message = webhook_message(call)
            fault = fault_of(message, LONGEST_POST)
        except ValueError as wrong:
            message, fault = {}, ("invalid_payload", [str(wrong)])
        if fault:
            self.workspace.refuse(MEMBER, "webhook", message, fault)
            return text_answer(WEBHOOK_ERRORS[fault[0]], fault[0])
        self.workspace.post(MEMBER, "webhook", message)
        return text_answer(200, "ok")

    # --- the bot ---------------------------------------------------------------------------------

    def _api(self, call: Call) -> Answer:
        error = self._unauthorized(call)
        if error:
            return failed(error)
        try:
            asked = arguments(call)
        except ValueError:
            return failed("invalid_json")
        channel = str(asked.get("channel", ""))
        state = self.workspace.channels.get(channel, "channel_not_found")
        if state != "ok":
            return failed(state)
        if call.path.endswith("update"):
            return self._update(channel, asked)
        return self._post(channel, asked)

    def _post(self, channel: str, asked: dict[str, Any]) -> Answer:
        wait = self.workspace.posts.retry_after(channel)
        if wait is not None:
            return failed("ratelimited", status=429, wait=wait)
        fault = fault_of(asked, LONGEST_POST)
        if fault:
            self.workspace.refuse(channel, "bot", asked, fault)
            return failed(*fault)
        posted = self.workspace.post(channel, "bot", asked)
        message = {"type": "message", "bot_id": "B0FERRY02", "ts": posted["ts"]} | posted["message"]
        answer = {"ok": True, "channel": channel, "ts": posted["ts"], "message": message}
        return json_answer(200, answer)

    def _update(self, channel: str, asked: dict[str, Any]) -> Answer:
        wait = self.workspace.updates.retry_after(channel)
        if wait is not None:
            return failed("ratelimited", status=429, wait=wait)
        ts = str(asked.get("ts", ""))
        fault = self.workspace.update(channel, ts, asked)
        if fault:
            return failed(*fault)
        answer = {"ok": True, "channel": channel, "ts": ts, "text": asked.get("text", "")}
        return json_answer(200, answer)

    def _unauthorized(self, call: Call) -> str:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return "not_authed"
        if token != TOKEN:
            return "invalid_auth"
        return "" if self.workspace.token == "ok" else self.workspace.token

    # --- tests and people ------------------------------------------------------------------------

    def control(self, call: Call) -> Answer | None:
        if call.path != "/_double/workspace":
            return self.workspace.board.control(call)
        space = self.workspace
        if call.method == "POST":
            space.change(call.json())
        url = f"http://{call.headers.get('host', '')}{WEBHOOK}"
        webhook = {"state": space.webhook, "address": WEBHOOK, "url": url}
        token = {"state": space.token, "token": TOKEN}
        return json_answer(
            200, {"webhook": webhook, "token": token, "channels": dict(space.channels)}
        )

    def refusal(self, status: int) -> Answer:
        return text_answer(status, "rate_limited" if status == 429 else "as_ordered")

    def summary(self) -> dict[str, Any]:
        messages = self.workspace.board.newer()
        posted = [each for each in messages if each["posted"]]
        edits = sum(len(each["edits"]) for each in posted)
        return {"posted": len(posted), "refused": len(messages) - len(posted), "edits": edits}

    def page(self) -> Answer:
        main = "".join(map(_message_html, self.workspace.board.newest(SHOWN)))
        explanation = f"The newest {SHOWN} messages. Links lead nowhere."
        main = main or '<p class="soft">Nothing has arrived yet.</p>'
        return page("Slack (double)", explanation, main, STYLE + TEXT_STYLE)


def _message_html(message: Message) -> str:
    at = escape(message["at"][:19].replace("T", " "))
    head = (
        f'<p class="soft">{at} UTC &middot; {escape(message["by"])} in {escape(message["channel"])}'
    )
    if not message["posted"]:
        problems = "".join(f"<li>{escape(each)}</li>" for each in message["problems"])
        word = escape(str(message["why_not"]))
        return f'{head} &middot; <span class="badge bad">{word}</span></p><ul>{problems}</ul>'
    edits = len(message["edits"])
    edited = f" &middot; edited {edits} &times;" if edits else ""
    return f"{head}{edited}</p>{message['_html']}"


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="A double of Slack.")
    PARSER.add_argument("--seconds", type=float, default=SECONDS)
    run(PARSER, lambda options: Slack(options.seconds))
