"""Why a session is over."""

from enum import StrEnum


class CloseReason(StrEnum):
    LOGOUT = "logout"
    IDLE = "idle"
    EXPIRED = "expired"
    REFRESH_REUSED = "refresh_reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a secret
    CLOSED_BY_ADMIN = "closed_by_admin"
    USER_LOCKED = "user_locked"
    USER_REMOVED = "user_removed"
