"""What becomes of a file that has the target's name already."""

from enum import StrEnum


class IfExists(StrEnum):
    FAIL = "fail"
    REPLACE = "replace"
    KEEP_BOTH = "keep_both"
