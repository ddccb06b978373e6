"""Finds or makes the user for an identity from the identity provider, and sets the user's roles and
e-mail address."""

import re
from dataclasses import dataclass, replace

from contracts.contract import CONTROL, MAIL, MAX_MAIL
from kernel.caller import Role
from services.auth.domain.attempts import ANY, Attempts
from services.auth.domain.errors import NotMapped, SsoRefused, UserChanged, UserExists, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.user import NAME, Identity, LoginMethod, User
from services.auth.domain_services.add_user import add_user
from services.auth.domain_services.announce import FailedLogin, FailReason, login_failed
from services.auth.domain_services.save_user import save_user

TRIES = 5  # because others may change the same user at the same moment
MAX_NAME, MAX_FULL_NAME = 64, 100  # characters, as contracts' UserName and FullName have it
_CONTROL = re.compile(f"[{CONTROL}]")


@dataclass(frozen=True)
class _Arrival:
    """An identity with the name and the roles that it asks for."""

    identity: Identity
    name: str
    roles: tuple[Role, ...]
    source_ip: str | None


def admit_identity(identity: Identity, source_ip: str | None, *, ports: Ports) -> User:
    """The user, with the roles of their groups and the address that the provider vouches for. The
    first login makes the user. A login without such an address leaves the one that is there.

    Raises NotMapped after it has stored the event LoginFailed. Raises SsoRefused when others
    changed the user at each try.
    """
    name = _user_name(identity.user_name)
    groups = identity.groups
    mapped = {role for group, role in ports.policy.group_roles if group in groups}
    arrival = _Arrival(identity, name, tuple(role for role in Role if role in mapped), source_ip)
    if not NAME.fullmatch(name):
        raise _refused(arrival, None, "not_mapped", "that is no name of a user", ports=ports)
    for _ in range(TRIES):
        try:
            return _admitted(arrival, ports=ports)
        except (UserChanged, UserExists):
            continue  # another login or an admin was faster, so look again
    raise SsoRefused("others changed the user at the same moments")


def _admitted(arrival: _Arrival, *, ports: Ports) -> User:
    try:
        user = ports.users.read(arrival.name)
    except UserNotFound:
        return _first_login(arrival, ports=ports)
    subject = arrival.identity.subject
    if user.login is not LoginMethod.SSO or user.password_hash is not None:
        reason = "a user of that name logs in with a password"
        raise _refused(arrival, user, "not_mapped", reason, ports=ports)
    if user.subject not in (None, subject):
        reason = "a user of that name is somebody else at the identity provider"
        raise _refused(arrival, user, "not_mapped", reason, ports=ports)
    if user.subject is None and not arrival.identity.vouched:
        # Anybody could claim an admitted user's name, and would get that user's grants.
        reason = "the identity provider does not say that this e-mail address is verified"
        raise _refused(arrival, user, "not_mapped", reason, ports=ports)
    if user.locked:
        raise _refused(arrival, user, "user_locked", "the user is locked", ports=ports)
    if not arrival.roles:
        if user.subject is not None:  # so that sessions that are still open can do nothing more
            _save(user, replace(user, roles=()), ports=ports)
        raise _no_role(arrival, user, ports=ports)
    email = _email(arrival.identity.email) or user.email
    changed = replace(user, roles=arrival.roles, subject=subject, email=email)
    return _save(user, changed, ports=ports)


def _save(user: User, changed: User, *, ports: Ports) -> User:
    if changed == user:
        return user
    return save_user(user, replace(changed, updated_at=ports.now()), ports=ports)


def _first_login(arrival: _Arrival, *, ports: Ports) -> User:
    """A user who is made here may send nothing yet, because only admins give grants."""
    if not arrival.roles:
        raise _no_role(arrival, None, ports=ports)
    now, identity = ports.now(), arrival.identity
    user = User(
        name=arrival.name,
        full_name=_full_name(identity.full_name) or arrival.name,
        roles=arrival.roles,
        email=_email(identity.email),
        created_at=now,
        updated_at=now,
        login=LoginMethod.SSO,
        subject=identity.subject,
    )
    try:
        return add_user(user, None, ports=ports)
    except UserExists:
        if _is_there(arrival.name, ports=ports):
            raise
        reason = "a user of that name was removed"
        raise _refused(arrival, None, "not_mapped", reason, ports=ports) from None


def _is_there(name: str, *, ports: Ports) -> bool:
    try:
        ports.users.read(name)
    except UserNotFound:
        return False
    return True


def _no_role(arrival: _Arrival, user: User | None, *, ports: Ports) -> NotMapped:
    reason = "none of the groups at the identity provider has a role here"
    return _refused(arrival, user, "no_role", reason, ports=ports)


def _refused(
    arrival: _Arrival, user: User | None, kind: FailReason, reason: str, *, ports: Ports
) -> NotMapped:
    name = arrival.name[:MAX_NAME]
    failed = FailedLogin(user.name if user else None, LoginMethod.SSO, kind, arrival.source_ip)
    # The identity provider counts guesses. Here they are only reported.
    attempts = Attempts(arrival.identity.subject, ANY, 1, ports.now())
    ports.attempts.failed(attempts, [login_failed(failed, None, ports=ports)])
    return NotMapped(name, reason)


def _user_name(claim: str) -> str:
    """In lower case. A name with other letters than ASCII stays as it is and is refused later,
    because some of these letters would turn into ASCII."""
    return claim.lower() if claim.isascii() else claim


def _email(claim: str | None) -> str | None:
    """None also for what is no address here."""
    fits = claim is not None and len(claim) <= MAX_MAIL and re.fullmatch(MAIL, claim)
    return claim if fits else None


def _full_name(claim: str) -> str:
    return " ".join(_CONTROL.sub(" ", claim).split())[:MAX_FULL_NAME].strip()
