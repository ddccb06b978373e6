"""Whether somebody says yes in the chat. It confirms nothing: the card is shown again."""

import re

WORD = re.compile(r"[^\W\d_]+")
MOST_WORDS = 7


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


YES = _set(
    "yes yeah yep y ok okay confirm confirmed confirming agreed approve approved do go"
    " ja jawohl jep bestätige bestätigt bestätigen einverstanden mach"
    " oui confirme si sí sì vale confirmo conferma sim tak potwierdzam akkoord"
)
BESIDES = _set(
    "i it that this do please ahead on sure of course the proposal card now well then"
    " ich das es bitte klar den die vorschlag karte hiermit jetzt los weiter"
    " je le la lo il d accord por favor per favore"
)


def says_yes(text: str) -> bool:
    """And nothing else."""
    words = [each.lower() for each in WORD.findall(text)]
    few = 0 < len(words) <= MOST_WORDS
    return few and not YES.isdisjoint(words) and all(each in YES | BESIDES for each in words)
