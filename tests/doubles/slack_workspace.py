"""A workspace of Slack: its webhook, its bot's token, its channels, what was posted there."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.doubles.message_board import Message, MessageBoard
from tests.doubles.slack_limits import LONGEST_UPDATE, Fault, Rate, fault_of
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
UPDATES, UPDATE_SPAN = 50, 60  # 50 a minute (tier 3), where a message takes a second


class Workspace:
    """`seconds` lie between two messages of a webhook or in a channel; 0 takes all. The states of
    webhook, token and channels are 'ok' or the word of the error that they answer."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.board = MessageBoard()
        self.webhook = self.token = "ok"
        self.channels = {MEMBER: "ok", STRANGER: "not_in_channel", ARCHIVED: "is_archived"}
        self.posts = Rate(1, seconds, clock)
        self.updates = Rate(UPDATES, UPDATE_SPAN * seconds, clock)
        self._last_ts = 0

    def change(self, states: dict[str, Any]) -> None:
        """`webhook`, `token` and `channels`, as far as they are named. Raises ValueError, because a
        misspelt order must not make a test pass."""
        unknown = states.keys() - {"webhook", "token", "channels"}
        webhook = states.get("webhook", self.webhook)
        channels = dict(states.get("channels", {}))
        if unknown or webhook not in ("ok", *WEBHOOK_ERRORS):
            raise ValueError(f"not known: {sorted(unknown) or webhook}")
        self.webhook, self.token = webhook, str(states.get("token", self.token))
        self.channels.update(channels)

    def new_ts(self) -> str:
        """Seconds and microseconds; no two alike, each later than the one before."""
        with self.board.lock:
            self._last_ts = max(time.time_ns() // 1_000, self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, channel: str, by: str, message: Mapping[str, Any]) -> Message:
        posted: Message = {"channel": channel, "by": by, "ts": self.new_ts(), "edits": []}
        return self.board.add(posted | _shown(message))

    def refuse(self, channel: str, by: str, message: Mapping[str, Any], why: Fault) -> None:
        """What was sent, and cannot be shown."""
        refused: Message = {"channel": channel, "by": by, "ts": None, "edits": []}
        self.board.add(refused | _shown({}, *why) | {"message": _content(message)})

    def update(self, channel: str, ts: str, change: Mapping[str, Any]) -> Fault | None:
        """Why it was not done. A text without blocks takes the blocks away; without a text they
        stay."""
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
            message.update(_shown({**old, **change}))
            message["edits"].append(earlier)
            return None


def _content(message: Mapping[str, Any]) -> Message:
    names = ("text", "blocks", "attachments", "mrkdwn")
    return {name: message[name] for name in names if message.get(name) is not None}


def _shown(message: Mapping[str, Any], error: str = "", problems: Sequence[str] = ()) -> Message:
    content = _content(message)
    view = MessageView(content)
    return {
        "posted": not error,
        "why_not": error or None,
        "valid": not error,
        "problems": list(problems),
        "message": content,
        "_html": view.html,
        **view.findings.shown(),
    }
