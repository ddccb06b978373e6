"""Changes the caller's own password and ends their other sessions."""

from dataclasses import dataclass, field, replace

from kernel.caller import Caller
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import NoPassword, WeakPassword, WrongPassword
from services.auth.domain.passwords import check_password, normal
from services.auth.domain.ports import Ports
from services.auth.domain.user import LoginMethod
from services.auth.domain_services.announce import FailedLogin, login_failed
from services.auth.domain_services.close_session import close_sessions
from services.auth.domain_services.count_try import count_own
from services.auth.domain_services.read_me import read_me


@dataclass(frozen=True)
class NewOwnPassword:
    current: str = field(repr=False)
    new: str = field(repr=False)
    source_ip: str | None = None


def change_password(caller: Caller, wish: NewOwnPassword, *, ports: Ports) -> None:
    """A stolen access token must not be enough to guess the password. So tries count here as they
    do at a login. They count for the session alone. Otherwise anybody could use up a user's tries
    by failed logins and keep the user from changing the password.

    Raises WrongPassword, WeakPassword, NoPassword, TooManyAttempts, SessionOver, UserChanged.
    """
    user, session = read_me(caller, ports=ports)
    if user.password_hash is None:
        raise NoPassword(user.name)
    tries = count_own(session.id, ports=ports)
    if not ports.passwords.verify(user.password_hash, wish.current):
        failed = FailedLogin(user.name, LoginMethod.PASSWORD, "wrong_password", wish.source_ip)
        ports.attempts.failed(tries.own, [login_failed(failed, tries, ports=ports)])
        raise WrongPassword
    ports.attempts.forgive(tries.own.name)
    check_password(wish.new, user.name)
    if normal(wish.new) == normal(wish.current):
        raise WeakPassword("It is the one you have. Choose another one.")
    changed = replace(user, password_hash=ports.passwords.hash(wish.new), updated_at=ports.now())
    changed = changed.end_sessions(CloseReason.PASSWORD_CHANGED, keep=session.id)
    close_sessions(ports.users.save(changed), ports=ports)
