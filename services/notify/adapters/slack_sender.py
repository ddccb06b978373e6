"""Sends messages to Slack: by an incoming webhook, or with a bot token, which can change them."""

import json
from dataclasses import dataclass

from runtime.guarded_http import GuardedHttp
from services.notify.adapters import answers
from services.notify.adapters.answers import Call, Now
from services.notify.adapters.slack_blocks import message_of
from services.notify.adapters.slack_words import NOT_CHANGEABLE, failure_for
from services.notify.domain.errors import ChannelDead, MessageRefused, NotYet, OutcomeUnclear
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.showing import view_of

JSON = {"Content-Type": "application/json; charset=utf-8"}
OK = 200
TAKEN = b"ok"  # all that a webhook answers
POST, CHANGE = "chat.postMessage", "chat.update"
NO_CHANNEL = "It has a bot token and no channel of Slack. Save slack_channel."


@dataclass(frozen=True)
class _Place:
    """Where a message stands. `asked` is the channel that it was sent to, whose own id Slack
    answers: a person's id becomes that of a conversation."""

    asked: str
    channel: str
    ts: str

    def __str__(self) -> str:
        return f"{self.asked}/{self.channel}/{self.ts}"

    @classmethod
    def of(cls, reference: str | None) -> "_Place | None":
        parts = (reference or "").split("/")
        return cls(*parts) if len(parts) == len(("asked", "channel", "ts")) else None


class SlackSender:
    """`api` is https://slack.com/api, or a double of it. A change may be followed by a new message,
    so give it a GuardedHttp whose `total_seconds` is half of what a try may take."""

    def __init__(self, http: GuardedHttp, now: Now, api: str) -> None:
        self._http, self._now, self._api = http, now, api.rstrip("/")

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        drawn = message_of(view_of(message, target.channel_name))
        if target.secrets.bot_token is None:
            return self._by_webhook(target, drawn)
        if target.slack_channel is None:
            raise ChannelDead(answers.host_in(self._api), None, "no channel", NO_CHANNEL)
        place = _Place.of(earlier)
        if place and place.asked == target.slack_channel:
            changed = self._change(target, place, drawn)
            if changed:
                return changed
        return self._by_token(target, POST, {**drawn, "channel": target.slack_channel})

    def _by_webhook(self, target: Target, drawn: dict[str, object]) -> Sent:
        url = answers.address_of(target.secrets)
        answer = answers.posted(self._http, Call(url, JSON, json.dumps(drawn).encode()))
        told = answers.said(answer, target.secrets)
        if answer.status == OK and answer.body.strip() == TAKEN:
            return Sent(http_status=OK, said=told)
        word = answer.body.decode("utf-8", "replace").strip()
        host = answers.host_in(url)
        raise failure_for(word, host, answer, told, self._now)

    def _change(self, target: Target, place: _Place, drawn: dict[str, object]) -> Sent | None:
        """None where somebody removed the message, it is too old, or another bot wrote it: then a
        new one is sent."""
        arguments = {**drawn, "channel": place.channel, "ts": place.ts}
        try:
            return self._by_token(target, CHANGE, arguments)
        except (MessageRefused, ChannelDead) as error:
            if error.said in NOT_CHANGEABLE:
                return None
            raise
        except OutcomeUnclear as error:  # a change may be made twice: the message is the same then
            raise NotYet(error.host, error.reason, None) from None

    def _by_token(self, target: Target, method: str, arguments: dict[str, object]) -> Sent:
        headers = {**JSON, "Authorization": f"Bearer {target.secrets.bot_token}"}
        call = Call(f"{self._api}/{method}", headers, json.dumps(arguments).encode())
        answer = answers.posted(self._http, call)
        told = answers.said(answer, target.secrets)
        read = answers.json_in(answer)
        channel, ts = read.get("channel"), read.get("ts")
        if answer.status != OK or read.get("ok") is not True:
            word = str(read.get("error", ""))
            host = answers.host_in(self._api)
            raise failure_for(word, host, answer, told, self._now)
        known = isinstance(channel, str) and isinstance(ts, str)
        place = _Place(str(target.slack_channel), str(channel), str(ts))
        return Sent(str(place) if known else None, answer.status, "ok")
