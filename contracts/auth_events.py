"""The facts that the auth service publishes about sessions and users."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.caller import Role, UserName
from contracts.contract import AnySlug, Count, Id, Published, Slug, UtcTime

LoginMethod = Literal["password", "sso"]
ClientKind = Literal["console", "api"]
Sequence = Annotated[
    Count | None,
    Field(
        description="grows with every change of the session: of two events the one with the larger"
        " sequence is newer; null: told before this field was"
    ),
]


class SessionOpenedV1(Published):
    """A session with `handed_to` was opened for another program, Microsoft Teams. The user asked
    for it in the session `handed_from`, and `method` is how they logged in there."""

    session_id: Id
    user: UserName
    roles: tuple[Role, ...]
    method: LoginMethod
    client: ClientKind
    source_ip: str | None
    opened_at: UtcTime
    expires_at: UtcTime
    sequence: Sequence = None
    handed_to: Slug | None = None
    handed_from: Id | None = None


class SessionClosedV1(Published):
    """`refresh_reused`: a refresh token came twice, so two people hold it and one is a thief.
    `expired`: its time was over, it was refreshed too often, or its user opened too many after it.
    """

    session_id: Id
    user: UserName
    reason: Literal[
        "logout",
        "idle",
        "expired",
        "refresh_reused",
        "password_changed",
        "closed_by_admin",
        "user_locked",
        "user_removed",
    ]
    opened_at: UtcTime
    closed_at: UtcTime
    sequence: Sequence = None


class LoginFailedV1(Published):
    """Somebody failed to log in, or gave a wrong current password when changing their password.

    `user` is null when there is no user of that name, because people type passwords into the wrong
    field. `failures` counts failures in a row under the name given, from this address. Wrong
    current passwords count by session instead. Tries from there before `retry_at` are refused.
    """

    user: UserName | None
    method: LoginMethod
    reason: Literal["wrong_password", "unknown_user", "user_locked", "not_mapped", "no_role"]
    failures: Count
    retry_at: UtcTime | None
    source_ip: str | None
    failed_at: UtcTime


class UserFact(Published):
    """What a reader has to know of a user. Of a user who is not removed, `name` and `destinations`
    are null only in events that are older than these fields; such an event says nothing of the
    e-mail address either.

    `sequence` may come again with the same facts, when all users are announced.
    """

    user: UserName
    name: str | None = Field(default=None, description="as people call them")
    email: str | None = Field(default=None, description="null: none is known")
    destinations: tuple[AnySlug, ...] | None = Field(
        default=None, description="where they may send to; '*' stands for all"
    )
    roles: tuple[Role, ...]
    locked: bool
    removed: bool = False
    sequence: Count = Field(
        description="grows with every change of the user: of two events the one with the larger"
        " sequence is newer"
    )


class UserAddedV1(UserFact):
    """An admin or a first login made the user."""

    added_at: UtcTime


class UserChangedV1(UserFact):
    """An admin or a login changed what a user may do (roles, grants, lock, removal) or how they are
    called and reached.

    A removed user has no roles, and neither name nor e-mail address. Sessions that end with the
    change have events of their own.
    """

    changed_at: UtcTime
