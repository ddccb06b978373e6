"""Exchanges the code that a page got for a session. It works once, and only for whoever began the
login."""

from hmac import compare_digest

from services.auth.domain.errors import SsoRefused, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.user import LoginMethod
from services.auth.domain_services.open_session import OpenedSession, open_session
from services.auth.use_cases.begin_sso import digest, s256


def redeem_sso(code: str, verifier: str, source_ip: str | None, *, ports: Ports) -> OpenedSession:
    """A wrong verifier uses the code up. Raises SsoRefused."""
    kept = ports.sso.take_code(digest(code), ports.now())
    if kept is None:
        raise SsoRefused("the code is not known, used already, or older than a minute")
    if not compare_digest(s256(verifier), kept.challenge):
        raise SsoRefused("the verifier is not that of the challenge")
    try:
        user = ports.users.read(kept.user)
    except UserNotFound:
        raise SsoRefused("the user was removed in the meantime") from None
    if not user.welcome or user.login is not LoginMethod.SSO:
        raise SsoRefused("the user was locked or changed in the meantime")
    if user.generation != kept.generation:
        raise SsoRefused("the user's sessions were ended in the meantime")
    return open_session(user, LoginMethod.SSO, kept.client, source_ip, ports=ports)
