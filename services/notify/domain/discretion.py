"""Takes secrets out of what others say: a server may repeat the address that it was called at."""

from urllib.parse import unquote, urlsplit

from services.notify.domain.channel import Secrets

TELLING = 8  # so many characters that also stand in a secret are taken for a part of it
IN_PLACE = "(not shown)"


def without_secrets(text: str, secrets: Secrets) -> str:
    """`text` may be shortened anywhere, so parts of a secret are taken out, too."""
    hidden = [False] * len(text)
    lower = text.lower()
    for secret in _secrets(secrets):
        length = min(TELLING, len(secret))
        for start in range(len(lower) - length + 1):
            if lower[start : start + length] in secret:
                hidden[start : start + length] = [True] * length
    return "".join(
        IN_PLACE if hidden[at] and not (at and hidden[at - 1]) else "" if hidden[at] else letter
        for at, letter in enumerate(text)
    )


def _secrets(secrets: Secrets) -> set[str]:
    """In lower case. Of an address what follows the host."""
    found = [secrets.bot_token, secrets.signing_secret]
    if secrets.address is not None:
        parts = urlsplit(secrets.address)
        after_host = f"{parts.path}?{parts.query}".strip("/?")
        found += [after_host, unquote(after_host)]
    return {each.lower() for each in found if each}
