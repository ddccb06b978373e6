"""The auth service's REST routes. Each turns a request into one use case and its answer."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import SecretStr

from contracts import auth_api as http
from contracts.auth_handovers import HANDOVER_ROUTES
from contracts.auth_routes import AUTH_ROUTES
from runtime.calls import Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api, Operation
from runtime.problems import Problems
from services.auth import wiring
from services.auth.domain.ports import Ports
from services.auth.domain.session import ClientKind
from services.auth.domain.ticket import LIFETIME
from services.auth.domain_services.read_me import read_me
from services.auth.handlers import api_handovers, api_pages, api_sso, api_users
from services.auth.handlers.api_views import me_view, own_sessions_view, tokens_view
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from services.auth.use_cases.end_sessions import end_own_sessions
from services.auth.use_cases.issue_ticket import issue_ticket
from services.auth.use_cases.list_sessions import list_own_sessions
from services.auth.use_cases.log_in import PasswordLogin, log_in
from services.auth.use_cases.log_out import log_out
from services.auth.use_cases.refresh_session import refresh_session


def build() -> Api:
    wires = wiring.build()
    ports, settings = wires.ports, wires.settings
    configured = bool(settings.oidc_issuer)
    operations: dict[str, Operation] = {
        "login": partial(_log_in, ports),
        "refresh": partial(_refresh, ports),
        "logout": partial(_log_out, ports),
        "read_me": partial(_me, ports),
        "change_password": partial(_change_password, ports),
        "list_my_sessions": partial(_list_sessions, ports),
        "end_my_sessions": partial(_end_sessions, ports),
        "issue_ticket": partial(_issue_ticket, ports, settings.websocket_url),
        "read_api_page": api_pages.read_api_page,
        "read_api_document": api_pages.read_api_document,
        **api_handovers.operations(ports),
        **api_users.operations(ports),
        **api_sso.operations(ports, settings.api_url, configured=configured),
    }
    routes = AUTH_ROUTES + HANDOVER_ROUTES
    return Api(routes, operations, Problems({}), settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _log_in(ports: Ports, call: Call[http.LoginRequest]) -> http.TokensView:
    body = call.body
    login = PasswordLogin(
        body.user, body.password.get_secret_value(), ClientKind(body.client), call.source_ip
    )
    return tokens_view(log_in(login, ports=ports))


def _refresh(ports: Ports, call: Call[http.RefreshRequest]) -> http.TokensView:
    return tokens_view(refresh_session(call.body.refresh_token.get_secret_value(), ports=ports))


def _log_out(ports: Ports, call: Call[None]) -> None:
    log_out(call.caller, ports=ports)


def _me(ports: Ports, call: Call[None]) -> http.MeView:
    return me_view(*read_me(call.caller, ports=ports))


def _change_password(ports: Ports, call: Call[http.PasswordChange]) -> None:
    body = call.body
    wish = NewOwnPassword(
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
        call.source_ip,
    )
    change_password(call.caller, wish, ports=ports)


def _list_sessions(ports: Ports, call: Call[None]) -> http.OwnSessionsView:
    return own_sessions_view(list_own_sessions(call.caller, ports=ports), call.caller.session_id)


def _end_sessions(ports: Ports, call: Call[None]) -> None:
    end_own_sessions(call.caller, ports=ports)


def _issue_ticket(ports: Ports, url: str, call: Call[None]) -> http.WebSocketTicketView:
    return http.WebSocketTicketView(
        url=url,
        ticket=SecretStr(issue_ticket(call.caller, ports=ports)),
        expires_in_seconds=int(LIFETIME.total_seconds()),
    )
