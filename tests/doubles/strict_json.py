"""JSON as strict receivers read it: no NaN, no half of a surrogate pair, no endless depth."""

import json
from typing import Any, NoReturn


def strict_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Raises ValueError."""
    try:
        document = json.loads(text, parse_constant=_refused)
        json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is too deep") from error
    return document


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
