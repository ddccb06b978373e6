"""The skeleton's files with the names of a new service in them."""

from collections.abc import Iterator
from pathlib import Path

from infra.new_service.request import Request

HERE = Path(__file__).parent
PACKAGE = "infra.new_service.skeleton"
NAME = "skeleton"
EVENT = "TransferCompleted.v1"


def files_of(request: Request) -> dict[Path, str]:
    """By path in the repository."""
    return {
        Path(folder) / path.relative_to(HERE / part): _filled_in(path, request)
        for part, folder in request.folders.items()
        for path in sorted((HERE / part).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _filled_in(path: Path, request: Request) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for each in lines for line in _for_each_event(each, request.events))
    text = text.replace(PACKAGE, f"services.{request.name}")
    text = text.replace(NAME.upper(), request.name.upper())
    text = text.replace(NAME.capitalize(), request.name.capitalize())
    return text.replace(NAME, request.name)


def _for_each_event(line: str, events: tuple[str, ...]) -> Iterator[str]:
    """A line that names the skeleton's event stands once for each."""
    if _model(EVENT) not in line and EVENT not in line:
        yield line
        return
    for event in events:
        yield line.replace(_model(EVENT), _model(event)).replace(EVENT, event)


def _model(detail_type: str) -> str:
    return detail_type.replace(".v", "V")
