"""Who calls: what the authorizer found out and hands to the services with every request."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import AnyBucket, AnySlug, Contract, Id, Published, Text

Role = Literal["user", "operator", "auditor", "admin"]
UserName = Annotated[
    str,
    Text(
        "1 to 64 of a-z 0-9 . _ @ + -, beginning with a letter or digit, in lower case",
        64,
        r"[a-z0-9][a-z0-9._@+-]*",
    ),
]
Prefix = Annotated[str, Text("A prefix has at most 1024 characters.", 1_024, min_length=0)]
MAX_GRANTS = 50  # of a kind, because grants travel with every request


class SourceGrant(Contract):
    """Permission to read the keys of a bucket that begin with `prefix`. Bucket '*' stands for all
    buckets."""

    bucket: AnyBucket
    prefix: Prefix = ""


class Grants(Contract):
    """What a user may send, and where to. Only what is listed is allowed.

    A destination is listed by its id; '*' stands for all destinations.
    """

    sources: Annotated[tuple[SourceGrant, ...], Field(max_length=MAX_GRANTS)] = ()
    destinations: Annotated[tuple[AnySlug, ...], Field(max_length=MAX_GRANTS)] = ()


class Caller(Published):
    """What the authorizer found out. It is in the context, as JSON, of each request that passes."""

    user: UserName
    session_id: Id
    roles: tuple[Role, ...]
    grants: Grants
