"""The REST API's routes with which a session is handed over to another program."""

from functools import partial

from pydantic import SecretStr

from contracts import auth_handovers as http
from contracts.auth_api import TokensView
from runtime.calls import Call
from runtime.http import Operation
from services.auth.domain.handover import HandedTo
from services.auth.domain.ports import Ports
from services.auth.handlers.api_views import tokens_view
from services.auth.use_cases.make_handover import make_handover
from services.auth.use_cases.redeem_handover import redeem_handover


def operations(ports: Ports) -> dict[str, Operation]:
    return {
        "make_handover": partial(_make, ports),
        "redeem_handover": partial(_redeem, ports),
    }


def _make(ports: Ports, call: Call[http.HandoverRequest]) -> http.HandoverView:
    made = make_handover(call.caller, HandedTo(call.body.to), ports=ports)
    return http.HandoverView(code=SecretStr(made.code), expires_at=made.expires_at)


def _redeem(ports: Ports, call: Call[http.HandoverRedeemRequest]) -> TokensView:
    code = call.body.code.get_secret_value()
    return tokens_view(redeem_handover(code, call.source_ip, ports=ports))
