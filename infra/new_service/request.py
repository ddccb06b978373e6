"""What somebody asks for; refused before anything is written, with what to write instead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword

from contracts.catalogue import CATALOGUE
from contracts.transfer_events import TransferDelayedV1, TransferFact, TransferProgressedV1
from infra.stacks import BEHIND, REPOSITORY, SHARED

TESTS = ("unit", "integration")
OF_THE_BUS = ("services",)  # in the name of a policy of its
# The skeleton keeps the newest event as the state. These two tell of no new one, and would hide it.
NO_CHANGES = (TransferProgressedV1, TransferDelayedV1)
CHANGES = tuple(
    spec.detail_type
    for spec in CATALOGUE
    if issubclass(spec.model, TransferFact) and spec.model not in NO_CHANGES
)


class Refused(Exception):
    """The message says what is wrong and what to write instead."""


@dataclass(frozen=True)
class Request:
    name: str
    events: tuple[str, ...]

    @property
    def folders(self) -> Mapping[str, str]:
        """Where the parts of the skeleton go."""
        tests = {f"skeleton_tests/{kind}": f"tests/{kind}/{self.name}" for kind in TESTS}
        return {"skeleton": f"services/{self.name}", **tests}


def read_request(name: str, events: str) -> Request:
    """`events`: detail-types with spaces or commas between them; none: all that change a transfer.
    Raises Refused."""
    if not re.fullmatch(r"[a-z]{2,12}", name):
        raise Refused(
            f"{name!r} cannot name a service: write 2 to 12 letters of a-z, as in NAME=billing."
        )
    if iskeyword(name):
        raise Refused(f"{name!r} is a word of Python and names no package: choose another one.")
    folders = {path.name for path in REPOSITORY.iterdir()}
    if name in (*SHARED, *BEHIND, *OF_THE_BUS, *folders):
        raise Refused(f"{name!r} means something here already: choose another name.")
    wished = tuple(dict.fromkeys(re.findall(r"[^\s,]+", events))) or CHANGES
    known = [spec.detail_type for spec in CATALOGUE]
    for event in wished:
        if event not in known:
            raise Refused(f"Nobody publishes {event!r}. There are {', '.join(known)}.")
        if event not in CHANGES:
            raise Refused(
                f"{event!r} is no change of a transfer, and the skeleton keeps the newest of these."
                f" Begin with some of {', '.join(CHANGES)}; then add it by hand."
            )
    request = Request(name, wished)
    for folder in request.folders.values():
        if (REPOSITORY / folder).exists():
            raise Refused(f"There is a {folder} already: choose another name, or remove it.")
    return request
