"""Links that a chat makes out of bare words: addresses, hosts, e-mail addresses."""

import re

from tests.doubles.spans import Span

# Chats know every top-level domain. These few include those that look like endings of files.
DOMAINS = "com|net|org|info|io|dev|app|co|me|de|eu|uk|example|md|sh|py|rs|zip|mov|ai|pl|cc|ps|so"
BARE = re.compile(
    r"(?P<url>(?:https?|ftp)://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<host>(?<![\w@./-])(?:[\w-]+\.)+(?:{DOMAINS})(?![\w-])(?:/[^\s<>|]*)?)",
    re.IGNORECASE,
)
SCHEMES = {"url": "", "mail": "mailto:", "host": "http://"}
TRAILING = ".,;:!?)]}'\"*_~`"  # end of a sentence or markup, not of an address


def with_bare_links(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    last = 0
    for match in BARE.finditer(text):
        words = match.group().rstrip(TRAILING)
        end = match.start() + len(words)
        spans.append(Span("text", text[last : match.start()]))
        target = SCHEMES[str(match.lastgroup)] + words
        spans.append(Span("link", words, target=target, how="automatic"))
        last = end
    spans.append(Span("text", text[last:]))
    return tuple(span for span in spans if span.text)
