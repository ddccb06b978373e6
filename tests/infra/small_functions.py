"""Functions of a few lines in an emulator, for the tests of our corrections."""

import io
import zipfile
from typing import Any

ROLE = "arn:aws:iam::000000000000:role/any"


def create_function(functions: Any, name: str, code: str) -> str:  # noqa: ANN401 - boto3 has no types
    """The ARN of a function whose handler is `handler` in `code`."""
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="index.handler",
        Timeout=20,
        Code={"ZipFile": _archive(code)},
    )
    return str(made["FunctionArn"])


def _archive(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("index.py", code)
    return content.getvalue()
