"""The table of reasons is complete and tells the truth about retries."""

import re
from pathlib import Path

from services.transfer.domain.errors import RequestError, TransferError

ROW = re.compile(r"^\| `(\w+)` \| (retry|give up) \| .+ \| .+ \|$", re.MULTILINE)
DECIDED_ELSEWHERE = {"internal_error": "retry"}  # by handle_error.py, for errors without a reason


def reasons(base: type[TransferError] = TransferError) -> dict[str, str]:
    found: dict[str, str] = {}
    for error in base.__subclasses__():
        if not issubclass(error, RequestError):
            if "code" in vars(error):
                found[error.code] = "retry" if error.retryable else "give up"
            found |= reasons(error)
    return found


def test_the_table_holds_every_reason_with_its_class_of_retry() -> None:
    table = dict(ROW.findall(Path("docs/reasons.md").read_text()))
    assert table == reasons() | DECIDED_ELSEWHERE
