"""Names at the partner: the target's path, its part file, and a free name beside an existing one.
Treat keys as hostile input.
"""

import posixpath
import re
import unicodedata

from services.transfer.domain.errors import NameInvalid, PathOutsideBase

MAX_NAME_BYTES = 255  # NAME_MAX of every common file system, in UTF-8
MAX_PATH_BYTES = 4_095  # PATH_MAX less its NUL
MAX_EXTENSION_BYTES = 32  # a longer one is no extension but a name with a dot in it
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def resolve_target(base_path: str, target_path: str) -> str:
    """The target's path at the partner. Nothing is normalised away silently. Raises NameInvalid,
    PathOutsideBase.
    """
    for character in target_path:
        # Cc: NUL, CR, LF, ESC ... Cs: lone surrogates. Zl and Zp: U+2028 and U+2029 break lines in
        # logs and consoles. Bidirectional controls make a name look like another one.
        control = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        if control or character in BIDI_CONTROLS:
            raise NameInvalid(target_path, f"it holds the control character U+{ord(character):04X}")
    if not target_path or target_path.endswith("/"):
        raise NameInvalid(target_path, "it does not end in a file name")
    parts = target_path.split("/")
    # a server on Windows reads backslashes as slashes
    if target_path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", target_path):
        raise PathOutsideBase(target_path, base_path)
    if "" in parts or "." in parts:
        raise NameInvalid(target_path, "it has an empty part or '.' between its slashes")
    for part in parts:
        if len(part.encode()) > MAX_NAME_BYTES:
            raise NameInvalid(target_path, f"{part[:20]!r}... has more than {MAX_NAME_BYTES} bytes")
    path = posixpath.join(base_path, target_path)
    if len(path.encode()) > MAX_PATH_BYTES:
        raise NameInvalid(target_path, f"the whole path has more than {MAX_PATH_BYTES} bytes")
    return path


def default_target(key: str) -> str:
    """The last part of an object's key, as a user expects it when no target_path is given."""
    return key.rsplit("/", 1)[-1]


def part_path(target: str, transfer_id: str, generation: int) -> str:
    """`<dir>/.<name>.<transfer-id>.part`. The name is shortened so that neither it nor aside_path's
    passes MAX_NAME_BYTES. Later generations have their number behind the id, so that a late writer
    of an old generation cannot hit the new file."""
    folder, name = posixpath.split(target)
    mark = transfer_id if generation == 1 else f"{transfer_id}-{generation}"
    room = MAX_NAME_BYTES - len(aside_path(f"..{mark}.part"))
    return posixpath.join(folder, f".{_shortened(name, room)}.{mark}.part")


def aside_path(part: str) -> str:
    """The name of the old target while the part file takes the target's name."""
    return f"{part}.old"


def numbered(target: str, number: int) -> str:
    """The name for if_exists 'keep_both': `report.csv` -> `report (1).csv`."""
    folder, name = posixpath.split(target)
    stem, extension = posixpath.splitext(name)
    if len(extension.encode()) > MAX_EXTENSION_BYTES:
        stem, extension = name, ""
    suffix = f" ({number}){extension}"
    return posixpath.join(folder, _shortened(stem, MAX_NAME_BYTES - len(suffix.encode())) + suffix)


def _shortened(text: str, room_bytes: int) -> str:
    return text.encode()[:room_bytes].decode(errors="ignore")
