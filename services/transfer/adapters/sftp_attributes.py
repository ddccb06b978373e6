"""What SFTP servers tell of a file (draft-ietf-secsh-filexfer-02, section 5), and what we set."""

import stat
from datetime import datetime
from enum import IntFlag

from services.transfer.adapters.sftp_packets import LENGTH, MAX_FILE_BYTES, Kind, Reply, body_of
from services.transfer.domain.ports import FileKind, Seen

MAX_SECONDS = (1 << 32) - 1  # version 3 has 32 bits for a time


class Has(IntFlag):
    """SSH_FILEXFER_ATTR_*"""

    SIZE = 1
    OWNER = 2
    PERMISSIONS = 4
    TIMES = 8


KINDS = {stat.S_IFREG: FileKind.FILE, stat.S_IFDIR: FileKind.FOLDER, stat.S_IFLNK: FileKind.LINK}


def seen_of(reply: Reply) -> Seen:
    """From an ATTRS reply. Many servers leave fields out."""
    reader = body_of(reply, Kind.ATTRS)
    has, size, kind = Has(reader.uint32() & 0xF), None, None
    if Has.SIZE in has:
        told = reader.uint64()
        size = told if told <= MAX_FILE_BYTES else None
    if Has.OWNER in has:
        reader.uint64()
    if Has.PERMISSIONS in has and (form := stat.S_IFMT(reader.uint32())):
        kind = KINDS.get(form, FileKind.OTHER)
    return Seen(kind, size)


def times_fields(at: datetime) -> bytes:
    """The attributes that set both times."""
    seconds = LENGTH.pack(min(max(0, int(at.timestamp())), MAX_SECONDS))
    return LENGTH.pack(Has.TIMES) + seconds + seconds


def size_field(size_bytes: int) -> bytes:
    """The attributes that set the size."""
    return LENGTH.pack(Has.SIZE) + size_bytes.to_bytes(8)


def first_name_of(reply: Reply) -> bytes:
    """The first name in a NAME reply."""
    reader = body_of(reply, Kind.NAME)
    return reader.string() if reader.uint32() else b""
