"""Changes the caller's own password and ends their other sessions."""

from dataclasses import dataclass, field, replace

from services.auth.domain.errors import NoPassword, WeakPassword, WrongPassword
from services.auth.domain.passwords import check_password
from services.auth.domain.ports import Ports
from services.auth.domain.session import CloseReason
from services.auth.domain.user import Caller
from services.auth.use_cases.close_session import close_sessions
from services.auth.use_cases.count_try import count_try
from services.auth.use_cases.read_me import own_user


@dataclass(frozen=True)
class NewOwnPassword:
    current: str = field(repr=False)
    new: str = field(repr=False)


def change_password(caller: Caller, wish: NewOwnPassword, *, ports: Ports) -> None:
    """A stolen access token must not do to guess the password: tries count as those of logins do.

    Raises WrongPassword, WeakPassword, NoPassword, TooManyAttempts, SessionOver, UserChanged.
    """
    user = own_user(caller, ports=ports)
    if user.password_hash is None:
        raise NoPassword(user.name)
    count_try(user.name, ports=ports)
    if not ports.passwords.verify(user.password_hash, wish.current):
        raise WrongPassword
    ports.attempts.clear(user.name)
    check_password(wish.new, user.name)
    if wish.new == wish.current:
        raise WeakPassword("It is the one you have. Choose another one.")
    changed = replace(user, password_hash=ports.passwords.hash(wish.new), updated_at=ports.now())
    ports.users.save(changed)
    close_sessions(user.name, CloseReason.PASSWORD_CHANGED, keep=caller.session_id, ports=ports)
