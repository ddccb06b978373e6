"""The frames of AWS event streams (application/vnd.amazon.eventstream), with their checksums.

A frame is: length of all, length of the headers, CRC-32 of these two; headers; JSON; CRC-32 of all
before it. Numbers have four bytes, the highest first.
"""

import json
from binascii import crc32
from collections.abc import Mapping
from struct import pack
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"
TEXT = 7  # the type of a header's value: a text, behind two bytes of its length
AROUND = 16  # bytes of a frame that are neither headers nor payload


def event(name: str, document: Mapping[str, Any]) -> bytes:
    return frame(
        {":event-type": name, ":content-type": "application/json", ":message-type": "event"},
        document,
    )


def exception(name: str, message: str) -> bytes:
    """Ends a stream that had begun with status 200."""
    return frame(
        {
            ":exception-type": name,
            ":content-type": "application/json",
            ":message-type": "exception",
        },
        {"message": message},
    )


def frame(headers: Mapping[str, str], document: Mapping[str, Any]) -> bytes:
    payload = json.dumps(document, ensure_ascii=False).encode()
    head = b"".join(_header(name, value) for name, value in headers.items())
    lengths = pack("!II", AROUND + len(head) + len(payload), len(head))
    before = lengths + pack("!I", crc32(lengths)) + head + payload
    return before + pack("!I", crc32(before))


def _header(name: str, value: str) -> bytes:
    named, valued = name.encode(), value.encode()
    return pack("!B", len(named)) + named + pack("!BH", TEXT, len(valued)) + valued
