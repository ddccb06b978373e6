"""What a server's question during the login is about. Only a question for the password gets it."""

import re

NEW_PASSWORD = re.compile(
    r"(new|current|old|retype|re-enter|repeat|confirm)\b.{0,20}\bpass(word|phrase)"
    r"|\bpass(word|phrase)\b.{0,30}\b(expired|must be changed|change required|has to be changed)"
    r"|\b(change|reset|renew)\b.{0,20}\bpass(word|phrase)",
    re.IGNORECASE,
)
ONE_TIME = re.compile(
    r"one[- ]?time|\botp\b|\b(verification|security|access|authenticat\w+|sms)\s+code"
    r"|\b(passcode|token|pin)\b(?!@)",  # with @ it is a user's name
    re.IGNORECASE,
)


def about_a_new_password(text: str) -> bool:
    """PAM's words, and those of servers that copy them. They decide only between two reasons to
    give up, and never that something is answered."""
    return NEW_PASSWORD.search(text) is not None


def about_a_code(text: str) -> bool:
    return ONE_TIME.search(text) is not None
