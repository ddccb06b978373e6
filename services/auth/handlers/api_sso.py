"""The REST API's routes for single sign-on."""

from functools import partial
from typing import Any

from contracts import auth_api as http
from runtime.calls import Answer, Call
from runtime.http import Operation
from runtime.telemetry import logger
from services.auth.domain.errors import SsoNotConfigured
from services.auth.domain.ports import Ports
from services.auth.domain.session import ClientKind
from services.auth.handlers.api_views import tokens_view
from services.auth.use_cases.begin_sso import begin_sso
from services.auth.use_cases.finish_sso import Redirect, Returned, finish_sso
from services.auth.use_cases.redeem_sso import redeem_sso

COOKIE = "fileferry-sso"
COOKIE_SECONDS = 600  # as long as the login is kept


def operations(ports: Ports, api_url: str, *, configured: bool) -> dict[str, Operation]:
    """`configured` says that there is an identity provider. Without one, each route is refused."""
    if not configured:
        return dict.fromkeys(("begin_sso", "finish_sso", "redeem_sso"), _refuse)
    secure = api_url.startswith("https:")
    return {
        "begin_sso": partial(_begin, ports, secure),
        "finish_sso": partial(_finish, ports, secure),
        "redeem_sso": partial(_redeem, ports),
    }


def _refuse(call: Call[Any]) -> Answer:
    raise SsoNotConfigured


def _begin(ports: Ports, secure: bool, call: Call[None]) -> Answer:
    query: http.SsoQuery = call.query
    begun = begin_sso(ClientKind(query.client), query.return_to, query.challenge, ports=ports)
    cookie = _cookie(begun.state, begun.browser, COOKIE_SECONDS, secure)
    return Answer(headers={"Location": begun.url, "Set-Cookie": cookie})


def _finish(ports: Ports, secure: bool, call: Call[None]) -> Answer:
    query: http.SsoCallbackQuery = call.query
    browser = call.cookies.get(_cookie_name(query.state, secure))
    returned = Returned(query.state, query.code, query.error, browser, call.source_ip)
    finished = finish_sso(returned, ports=ports)
    # The answer holds tokens or a code. So no browser may keep it, unlike answers to other GETs.
    headers = {
        "Cache-Control": "no-store",
        "Set-Cookie": _cookie(query.state, "", 0, secure),
    }
    if isinstance(finished, Redirect):
        if finished.refused is not None:
            logger().info("single sign-on refused", code=finished.refused.code)
        return Answer(status=303, headers={**headers, "Location": finished.url})
    return Answer(tokens_view(finished), headers=headers)


def _redeem(ports: Ports, call: Call[http.SsoRedeemRequest]) -> http.TokensView:
    code, verifier = call.body.code.get_secret_value(), call.body.verifier.get_secret_value()
    return tokens_view(redeem_sso(code, verifier, call.source_ip, ports=ports))


def _cookie_name(state: str, secure: bool) -> str:
    """Each login has a cookie of its own, because a browser may have several logins under way, one
    in each tab.

    Browsers take a cookie with the prefix `__Host-` only from this host, and not from another host
    of the same domain.
    """
    return f"{'__Host-' if secure else ''}{COOKIE}-{state}"


def _cookie(state: str, value: str, seconds: int, secure: bool) -> str:
    # Lax is needed because the provider's page sends the browser back with a GET of a whole page.
    flags = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{_cookie_name(state, secure)}={value}; Max-Age={seconds}{flags}"
