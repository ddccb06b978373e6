"""The facts that the auth service publishes about sessions."""

from typing import Literal

from contracts.caller import Role, UserName
from contracts.contract import Count, Id, Published, UtcTime

LoginMethod = Literal["password", "sso"]
ClientKind = Literal["console", "api"]


class SessionOpenedV1(Published):
    session_id: Id
    user: UserName
    roles: tuple[Role, ...]
    method: LoginMethod
    client: ClientKind
    source_ip: str | None
    opened_at: UtcTime
    expires_at: UtcTime


class SessionClosedV1(Published):
    """`refresh_reused`: a refresh token came twice, so one of the two who hold it has no right;
    `expired`: its time is over, it was refreshed too often, or its user opened too many after it.
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


class LoginFailedV1(Published):
    """`user` is null when there is none of that name: people type passwords into the wrong field.

    `failures` counts those in a row under the name given, from this address; `retry_at`: earlier
    tries from there are refused. A wrong current password, when somebody changes theirs, is told as
    well; counted by session.
    """

    user: UserName | None
    method: LoginMethod
    reason: Literal["wrong_password", "unknown_user", "user_locked", "not_mapped", "no_role"]
    failures: Count
    retry_at: UtcTime | None
    source_ip: str | None
    failed_at: UtcTime
