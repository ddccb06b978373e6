"""What `gone` and `error` can say, by `code`, and what a client does then.

New codes may come. A client treats one that it does not know by the message's type and `closing`.
"""

from collections.abc import Mapping

GONE_CODES: Mapping[str, str] = {
    "transfer_not_found": "There is no such transfer, or you may not see it. The watch stays:"
    " if it is your own and new, its snapshot comes by itself.",
}
_MEND = "Mend the client: the same message is refused again."
_AGAIN = "Send the message again after some seconds."
ERROR_CODES: Mapping[str, str] = {
    "message_invalid": f"The message is no JSON object, or a field is wrong. {_MEND}",
    "binary_message": f"The message is not in a text frame. {_MEND}",
    "message_too_large": f"The message is too large. {_MEND}",
    "action_unknown": f"There is no such `action`. {_MEND}",
    "role_missing": "Only operators, auditors and admins may watch `all`. Ask for `mine`.",
    "too_many_subscriptions": "This connection watches as much as it may. Unsubscribe from"
    " something, or watch a list.",
    "too_many_subscribes": "This connection asks too often. Name several transfers in one message,"
    " and wait some seconds.",
    "connection_busy": f"Messages came faster than they could be answered. {_AGAIN}",
    "states_not_read": f"The service could not read everything just now. {_AGAIN}",
}
CLOSING_CODES: Mapping[str, str] = {
    "session_over": "The session ended: logged out, locked or expired. Log in, then connect.",
    "rights_changed": "The user's roles changed. Connect again at once, with a new ticket.",
    "connection_over": "The connection was ended before. Connect again, with a new ticket.",
    "too_slow": "The connection took in nothing for minutes. Connect again.",
}
