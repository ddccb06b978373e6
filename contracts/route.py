"""One HTTP route: what it takes, what it answers, and who may call it."""

from dataclasses import dataclass
from typing import Literal

from contracts.contract import Contract, Published

Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Route:
    """`access`: who is served, as the documentation says it; the use cases decide.

    `problems`: statuses it may answer with besides those every route of its kind has.
    `public`: needs no access token. `etag`: the answer names its version for If-Match.
    `media`: of an answer that is no JSON of a model. `if_match`: the version can be insisted on.
    """

    method: Method
    path: str
    service: str
    operation_id: str
    summary: str
    response: type[Published] | None
    access: str
    status: int = 200
    request: type[Contract] | None = None
    query: type[Contract] | None = None
    problems: tuple[int, ...] = ()
    idempotency_key: bool = False
    public: bool = False
    etag: bool = False
    if_match: bool = False
    media: str | None = None
