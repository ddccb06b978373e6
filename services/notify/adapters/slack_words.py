"""What Slack's words for errors mean. Webhooks answer them as text, the Web API as `error`."""

import re

from runtime.guarded_http import HttpAnswer
from services.notify.adapters import answers
from services.notify.adapters.answers import Now
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)

CHANNEL_GONE = "The channel in Slack is archived or gone. Restore it, or choose another channel."
WEBHOOK_GONE = (
    "The webhook was removed or its app is switched off. Make a new incoming webhook in Slack, and"
    " save its address."
)
BOT_GONE = "Its bot token does not count any more. Install the app again, and save the new token."
RIGHTS = (
    "The app may not write there. Invite it to the channel, give it the scope chat:write, or ask an"
    " administrator of the workspace."
)
ADVICE = {
    **dict.fromkeys(
        ("channel_not_found", "channel_is_archived", "is_archived", "user_not_found"), CHANNEL_GONE
    ),
    **dict.fromkeys(
        (
            "no_service",
            "no_service_id",
            "no_active_hooks",
            "no_team",
            "team_disabled",
            "invalid_token",
        ),
        WEBHOOK_GONE,
    ),
    **dict.fromkeys(
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "not_allowed_token_type",
            "org_login_required",
        ),
        BOT_GONE,
    ),
    **dict.fromkeys(
        (
            "action_prohibited",
            "posting_to_general_channel_denied",
            "not_in_channel",
            "missing_scope",
            "no_permission",
            "access_denied",
            "restricted_action",
            "restricted_action_read_only_channel",
            "team_access_not_granted",
            "ekm_access_denied",
            "enterprise_is_restricted",
        ),
        RIGHTS,
    ),
}
LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"})
# Slack says of these that some of it may have been done.
UNCLEAR = frozenset({"fatal_error", "internal_error", "request_timeout"})
OK = range(200, 300)
WORD = re.compile(r"[a-z_]{1,60}")
# Of a message that was to be changed. The last two are of the channel that it stands in, which is
# not that of a new message where a bot writes to a person, and another bot did before.
NOT_CHANGEABLE = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "channel_not_found",
        "not_in_channel",
    }
)


def failure_for(word: str, host: str, answer: HttpAnswer, told: str, now: Now) -> SendError:
    """`word` is what the answer gives as its error, `told` the beginning of the answer."""
    status = answer.status
    if word in ADVICE:
        return ChannelDead(host, status, word, ADVICE[word])
    if word in LATER:
        return NotYet(host, word, answers.wait_seconds(answer.headers, now))
    if word in UNCLEAR:
        return OutcomeUnclear(host, word)
    if status in OK and WORD.fullmatch(word):
        return MessageRefused(host, status, word)
    if status in OK:  # Slack answers only its own words; something on the way wrote the rest
        return OutcomeUnclear(host, f"it answered {told!r}" if told else "its answer was empty")
    return answers.failure(host, answer, told, WEBHOOK_GONE, now)
