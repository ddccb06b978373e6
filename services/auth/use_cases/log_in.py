"""Logs a user in with a password. A refusal does not tell whether name or password is wrong."""

from dataclasses import dataclass, field, replace

from services.auth.domain.attempts import Tries
from services.auth.domain.errors import LoginRefused, UserChanged, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import ClientKind
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.announce import FailedLogin, FailReason, login_failed
from services.auth.domain_services.count_try import count_login, forget_tries
from services.auth.domain_services.open_session import OpenedSession, open_session


@dataclass(frozen=True)
class PasswordLogin:
    name: str
    password: str = field(repr=False)
    client: ClientKind
    source_ip: str | None


def log_in(login: PasswordLogin, *, ports: Ports) -> OpenedSession:
    """Raises LoginRefused. Raises TooManyAttempts, AttemptsBusy before the password is compared."""
    tries = count_login(login.name, login.source_ip, ports=ports)
    user = _find(login.name, ports=ports)
    # There is always exactly one comparison, so the time does not tell whether the user exists.
    right = ports.passwords.verify(user.password_hash if user else None, login.password)
    if user is None:
        raise _refused(login, None, "unknown_user", tries, ports=ports)
    if user.locked:
        raise _refused(login, user, "user_locked", tries, ports=ports)
    if not right:
        raise _refused(login, user, "wrong_password", tries, ports=ports)
    forget_tries(tries, ports=ports)
    user = _rehashed(user, login.password, ports=ports)
    return open_session(user, LoginMethod.PASSWORD, login.client, login.source_ip, ports=ports)


def _find(name: str, *, ports: Ports) -> User | None:
    try:
        return ports.users.read(name)
    except UserNotFound:
        return None


def _refused(
    login: PasswordLogin, user: User | None, reason: FailReason, tries: Tries, *, ports: Ports
) -> LoginRefused:
    name = user.name if user else None
    failed = FailedLogin(name, LoginMethod.PASSWORD, reason, login.source_ip)
    ports.attempts.failed(tries.own, [login_failed(failed, tries, ports=ports)])
    return LoginRefused()


def _rehashed(user: User, password: str, *, ports: Ports) -> User:
    """Hashes the password with today's parameters, because only now it is known. If somebody else
    changes the user at this moment, the next login does it."""
    if user.password_hash is None or not ports.passwords.outdated(user.password_hash):
        return user
    try:
        return ports.users.save(replace(user, password_hash=ports.passwords.hash(password)))
    except UserChanged:
        return user
