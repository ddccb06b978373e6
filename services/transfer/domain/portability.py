"""What a target path may meet at some servers. It is sent as it is; its sender is warned."""

import unicodedata
from collections.abc import Iterator

MAX_WARNINGS = 10  # a path has room for thousands of parts
REFUSED_BY_WINDOWS = '<>:"|?*'
# "Naming Files, Paths, and Namespaces" (Microsoft). The superscripts count as digits there.
DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789\u00b9\u00b2\u00b3"}
)


def warnings_of(target_path: str) -> tuple[str, ...]:
    """Sentences about the path of a transfer, each part's in turn. They refuse nothing."""
    parts = dict.fromkeys(target_path.split("/"))
    told = [each for part in parts for each in _of_part(part)]
    more = len(told) - MAX_WARNINGS
    return (*told[:MAX_WARNINGS], *([f"{more} more warnings of these kinds."] if more > 0 else []))


def _of_part(part: str) -> Iterator[str]:
    if part != part.strip():
        yield f"{part!r} begins or ends with a blank, which is easily overlooked."
    if part.endswith((" ", ".")):
        yield f"{part!r} ends with a blank or a dot: a server on Windows drops it from the name."
    device = part.partition(".")[0].rstrip(" ").upper()
    if device in DEVICES:
        yield f"{part!r} is a device to a server on Windows ({device}), not a file."
    refused = " ".join(each for each in REFUSED_BY_WINDOWS if each in part)
    if refused:
        yield f"{part!r} holds {refused} which a server on Windows refuses (or it cuts off at ':')."
    if "\\" in part:
        yield f"{part!r} holds a backslash: a server on Windows takes it for a slash."
    odd = next((each for each in part if each != " " and unicodedata.category(each) == "Zs"), None)
    if odd is not None:
        name = f"U+{ord(odd):04X}"
        yield f"{part!r} holds {name}, which looks like a blank: a search for it may not find it."
    if not unicodedata.is_normalized("NFC", part):
        yield (
            f"{part!r} has letters and their accents apart (not NFC): a server may store it under"
            " other bytes, and a search for it may not find it."
        )
