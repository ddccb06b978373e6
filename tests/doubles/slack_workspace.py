"""A workspace of Slack: its webhook, its bot's token, its channels, what was posted there."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.doubles.message_board import Message, MessageBoard
from tests.doubles.slack_limits import LONGEST_UPDATE, Rate, fault_of
from tests.doubles.slack_view import MessageView

WEBHOOK = "/services/T0FERRY01/B0FERRY01/kQ3vXo2bT9cUe5RzPw8YmLsd"
TOKEN = "xoxb-double-of-a-token"
MEMBER, STRANGER, ARCHIVED = "C0FERRY01", "C0OTHER01", "C0OLDER01"
# What a webhook answers in plain text, and with which status.
WEBHOOK_ERRORS = {
    "invalid_payload": 400,
    "invalid_blocks": 400,
    "msg_blocks_too_long": 400,
    "msg_too_long": 400,
    "invalid_attachments": 400,
    "no_text": 400,
    "too_many_attachments": 400,
    "user_not_found": 400,
    "action_prohibited": 403,
    "invalid_token": 403,
    "posting_to_general_channel_denied": 403,
    "team_disabled": 403,
    "channel_not_found": 404,
    "no_active_hooks": 404,
    "no_service": 404,
    "no_team": 404,
    "channel_is_archived": 410,
    "rollup_error": 500,
}
UPDATES = 50  # a minute: tier 3


class Workspace:
    """`seconds` lie between two messages of a webhook or in a channel; 0 takes all. The states of
    webhook, token and channels are 'ok' or the word of the error that they answer."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.board = MessageBoard()
        self.webhook = self.token = "ok"
        self.channels = {MEMBER: "ok", STRANGER: "not_in_channel", ARCHIVED: "is_archived"}
        self.posts = Rate(1, seconds, clock)
        self.updates = Rate(UPDATES, 60, clock)
        self._last_ts = 0

    def new_ts(self) -> str:
        """Seconds and microseconds; no two alike, each later than the one before."""
        with self.board.lock:
            self._last_ts = max(time.time_ns() // 1_000, self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, channel: str, by: str, message: Mapping[str, Any]) -> Message:
        ts = self.new_ts()
        posted: Message = {"channel": channel, "by": by, "ts": ts, "edits": []}
        return self.board.add(posted | _content(message))

    def refuse(self, channel: str, by: str, error: str, problems: list[str]) -> None:
        """What was sent, and cannot be shown."""
        refused: Message = {"channel": channel, "by": by, "ts": None, "edits": []}
        self.board.add(refused | _shown({}, error, problems))

    def update(self, channel: str, ts: str, change: Mapping[str, Any]) -> tuple[str, list[str]]:
        """An error's word and details, or two empty ones. A text without blocks takes the blocks
        away; without a text they stay."""
        with self.board.lock:
            message = self.board.find(channel=channel, ts=ts)
            if message is None:
                return "message_not_found", []
            if message["by"] != "bot":
                return "cant_update_message", []
            fault = fault_of(change, LONGEST_UPDATE)
            if fault:
                return fault
            earlier = {"until": self.new_ts(), "text": message["text"]}
            kept = ("attachments",) if change.get("text") else ("blocks", "attachments")
            old = {name: message["message"].get(name) for name in kept}
            message.update(_content({**old, **change}))
            message["edits"].append(earlier)
            return "", []


def _content(message: Mapping[str, Any]) -> Message:
    content = {name: message.get(name) for name in ("text", "blocks", "attachments", "mrkdwn")}
    return _shown({name: value for name, value in content.items() if value is not None}, "", [])


def _shown(message: Mapping[str, Any], error: str, problems: list[str]) -> Message:
    view = MessageView(message)
    return {
        "posted": not error,
        "why_not": error or None,
        "valid": not error,
        "problems": problems,
        "message": dict(message),
        "_html": view.html,
        **view.findings.shown(),
    }
