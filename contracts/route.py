"""One HTTP route: what it takes, what it answers, and who may call it."""

from dataclasses import dataclass
from typing import Literal

from contracts.contract import Contract, Published

Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Route:
    """`access` tells readers who is served. The use cases decide it, not this text.

    `problems`: statuses it may answer with, besides those that every route of its kind has.
    `public`: the route needs no access token. `etag`: the answer names its version for If-Match.
    `if_match`: the caller may send If-Match. `media`: the type of an answer that is no JSON model.
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
