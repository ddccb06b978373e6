"""Names at the partner: the target's path, its part file, and a free name beside an existing one.
Treat keys as hostile input.
"""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b

from services.transfer.domain.errors import NameInvalid, PathOutsideBase
from services.transfer.domain.invisible import code_point, first_unseen, shown

MAX_NAME_BYTES = 255  # NAME_MAX of every common file system, in UTF-8
MAX_PATH_BYTES = 4_095  # PATH_MAX less its NUL
# Whatever we call a file beside the target (part file, old target, next number): it fits in there.
MAX_FOLDER_BYTES = MAX_PATH_BYTES - MAX_NAME_BYTES - len("/")
HERE = "."  # the base path itself, as the folder of many files
MAX_NUMBER = 1_000  # names tried beside an existing one
MAX_EXTENSION_BYTES = 32  # a longer one is no extension but a name with a dot in it


def resolve_target(base_path: str, target_path: str) -> str:
    """The target's path, as it is sent to the partner. Nothing is normalised away silently. With a
    relative base path it is relative, too: the server adds the folder where the login begins.
    Raises NameInvalid, PathOutsideBase.
    """
    unseen = first_unseen(target_path)
    if unseen is not None:
        raise _invalid(
            target_path,
            f"it holds the character {code_point(unseen)}, which does not show; an object with it"
            " in its key is sent by giving a target_path without it",
        )
    if not target_path or target_path.endswith("/"):
        raise _invalid(target_path, "it does not end in a file name")
    parts = target_path.split("/")
    # a server on Windows reads backslashes as slashes
    if target_path.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", target_path):
        raise PathOutsideBase(target_path, base_path)
    if "" in parts or "." in parts:
        raise _invalid(target_path, "it has an empty part or '.' between its slashes")
    for part in parts:
        if len(part.encode()) > MAX_NAME_BYTES:
            raise _invalid(target_path, f"{part[:20]!r}... has more than {MAX_NAME_BYTES} bytes")
    # Base path '.' stays in front, so that no server takes '~anna' or 'C:' for another place.
    path = posixpath.join(base_path, target_path)
    if len(posixpath.dirname(path).encode()) > MAX_FOLDER_BYTES:
        limit = f"{MAX_FOLDER_BYTES} bytes, with the destination's base path"
        raise _invalid(target_path, f"its folders have more than {limit}")
    return path


def resolve_folder(base_path: str, target_path: str) -> str:
    """The folder of many files, as it is sent to the partner. HERE is the base path itself. Raises
    NameInvalid, PathOutsideBase."""
    if target_path == HERE:
        return base_path
    return resolve_target(base_path, target_path)


def below(target_path: str, name: str) -> str:
    """The target_path of one of many files."""
    return name if target_path == HERE else f"{target_path}/{name}"


def file_part_path(target: str, transfer_id: str, generation: int, attempt: int) -> str:
    """Of one of many files. Each attempt has a name of its own, so that a late writer of an earlier
    one cannot hit its file."""
    folder, name = posixpath.split(target)
    mark = f"{transfer_id}-{generation}-{attempt}"
    room = MAX_NAME_BYTES - len(aside_path(f"..{mark}.part").encode())
    if len(name.encode()) > room:  # many names of a folder may have one beginning
        name = f"{_shortened(name, room - 17)}.{blake2b(name.encode(), digest_size=8).hexdigest()}"
    return posixpath.join(folder, f".{name}.{mark}.part")


def default_target(key: str) -> str:
    """The last part of an object's key, as a user expects it when no target_path is given."""
    return key.rsplit("/", 1)[-1]


def part_path(target: str, transfer_id: str, generation: int) -> str:
    """`<dir>/.<name>.<transfer-id>.part`. The name is shortened so that neither it nor aside_path's
    passes MAX_NAME_BYTES. Later generations have their number behind the id, so that a late writer
    of an old generation cannot hit the new file."""
    folder, name = posixpath.split(target)
    mark = transfer_id if generation == 1 else f"{transfer_id}-{generation}"
    room = MAX_NAME_BYTES - len(aside_path(f"..{mark}.part").encode())
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


def candidates(target: str, *, keeps_both: bool) -> Iterator[str]:
    """The paths that a file may get, in the order in which they are tried."""
    yield target
    if keeps_both:
        yield from (numbered(target, number) for number in range(1, MAX_NUMBER + 1))


def folded(name: str) -> str:
    """Equal for names that some file systems take for one: those of Windows and macOS."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def other_spellings(path: str) -> list[str]:
    """Paths in the same folder that lead to the same file where case or Unicode form do not
    count, and nowhere else."""
    folder, name = posixpath.split(path)
    forms = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    others = dict.fromkeys([name.swapcase(), *forms])
    return [posixpath.join(folder, each) for each in others if each != name]


def _shortened(text: str, room_bytes: int) -> str:
    return text.encode()[: max(0, room_bytes)].decode(errors="ignore")


def _invalid(target_path: str, reason: str) -> NameInvalid:
    return NameInvalid(shown(target_path), reason)
