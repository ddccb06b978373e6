"""Advice of the API in the words of this command.

A sentence of the API is for everybody who uses it, so it names routes. Who sits at a terminal is
told the command instead. JSON documents keep the API's own words.
"""

import re

from cli.escaping import escaped

_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said), command)
    for said, command in (
        (
            r"GET /api/transfer/([A-Za-z0-9._:-]+|\{transfer_id\})/files\?outcome=(\w+)",
            r"`fileferry files \1 --outcome \2`",
        ),
        (r"GET /api/me\b", "`fileferry whoami`"),
        (r"GET /api/history\b", "`fileferry list`"),
        (r"GET /api/destinations\b", "`fileferry destinations list`"),
        (r"GET /api/notify/channels\b", "`fileferry channels list`"),
        (r"GET /api/buckets\b", "`fileferry buckets`"),
        (
            r"GET /api/agent/conversations, or begin one with POST there",
            "`fileferry agent conversations`, or begin one with `fileferry chat`",
        ),
        (r"GET /api/agent/proposals\b", "`fileferry agent proposals`"),
        (
            r"POST /api/agent/conversations/([A-Za-z0-9._:-]+|\{conversation_id\})/stop\b",
            r"`fileferry agent stop \1`",
        ),
        (r"GET /api/users\b", "`fileferry users list`"),
        (r"POST /api/login\b", "`fileferry login`"),
        (r"POST /api/destinations/([a-z0-9-]+)/test\b", r"`fileferry destinations test \1`"),
        (r"PATCH host_keys\b", "`fileferry destinations pin`"),
        (r"PATCH on the destination\b", "`fileferry destinations update`"),
        (r"change it with PATCH\b", "change it with `fileferry destinations update`"),
    )
)


def advice(text: str) -> str:
    """Escaped, for people."""
    shown = escaped(text)
    for said, command in _WORDS:
        shown = said.sub(command, shown)
    return shown
