"""The REST API's routes about destinations."""

from collections.abc import Mapping
from functools import partial

from pydantic import SecretStr

from contracts import destination_api as http
from contracts import destination_views
from contracts.session_api import SessionsView
from runtime.calls import Answer, Call
from runtime.http import Operation
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Delivery, Destination, Protocol, Tls
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import ALL_PERCENT, Verify
from services.transfer.domain.proof_words import planned_proof
from services.transfer.domain.protocol_rules import default_port, default_tls
from services.transfer.domain_services.announce import failure_fact
from services.transfer.handlers import api_views
from services.transfer.handlers.api_sessions import sessions_view
from services.transfer.use_cases import manage_destinations as manage
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from services.transfer.use_cases.show_destinations import list_destinations, show_destination
from services.transfer.use_cases.show_sessions import show_sessions

SECRETS = frozenset({"password", "private_key", "passphrase"})


def operations(ports: Ports) -> dict[str, Operation]:
    return {
        "register_destination": partial(_register, ports),
        "list_destinations": partial(_list, ports),
        "read_destination": partial(_read, ports),
        "read_sessions": partial(_sessions, ports),
        "change_destination": partial(_change, ports),
        "remove_destination": partial(_remove, ports),
        "test_destination": partial(_test, ports),
    }


def _register(ports: Ports, call: Call[http.DestinationRequest]) -> Answer:
    body, protocol = call.body, Protocol(call.body.protocol)
    tls = default_tls(protocol) if body.tls is None else Tls(body.tls)
    wish = NewDestination(
        id=body.id,
        name=body.name,
        protocol=protocol,
        host=body.host,
        port=body.port or default_port(protocol, tls),
        user=body.user,
        base_path=body.base_path,
        max_sessions=body.max_sessions,
        delivery=Delivery(body.delivery),
        create_folders=body.create_folders,
        probe_writes=body.probe_writes,
        probe_name=body.probe_name,
        tls=tls,
        accepts_unencrypted_login=body.accepts_unencrypted_login,
        host_keys=tuple(HostKey.parse(line) for line in body.host_keys),
    )
    stored = register_destination(
        wish, _credential(body), call.caller, call.idempotency, ports=ports
    )
    return _answer(ports, stored, {"Location": f"destinations/{stored.id}"})


def _list(ports: Ports, call: Call[None]) -> destination_views.DestinationsPage:
    query = call.query
    page = list_destinations(call.caller, query.limit, query.cursor, ports=ports)
    return destination_views.DestinationsPage(
        destinations=tuple(api_views.destination_view(each, ports.now()) for each in page.items),
        cursor=page.cursor,
    )


def _read(ports: Ports, call: Call[None]) -> Answer:
    return _answer(ports, show_destination(call.path["id"], call.caller, ports=ports))


def _sessions(ports: Ports, call: Call[None]) -> SessionsView:
    return sessions_view(show_sessions(call.path["id"], call.caller, ports=ports))


def _change(ports: Ports, call: Call[http.DestinationPatch]) -> Answer:
    body = call.body
    given = body.model_fields_set
    changes = {name: getattr(body, name) for name in given - SECRETS}
    if body.delivery is not None:
        changes["delivery"] = Delivery(body.delivery)
    if body.tls is not None:
        changes["tls"] = Tls(body.tls)
    if body.host_keys is not None:
        changes["host_keys"] = tuple(HostKey.parse(line) for line in body.host_keys)
    credential = _credential(body) if given & SECRETS else None
    return _answer(
        ports,
        manage.change_destination(
            call.path["id"], changes, credential, call.caller, call.if_match, ports=ports
        ),
    )


def _remove(ports: Ports, call: Call[None]) -> None:
    manage.delete_destination(call.path["id"], call.caller, call.if_match, ports=ports)


def _test(ports: Ports, call: Call[None]) -> destination_views.TestResult:
    result = probe_destination(call.path["id"], call.caller, ports=ports)
    offered = api_views.host_key_view(result.offered) if result.offered else None
    failure = failure_fact(result.failure) if result.failure else None
    if offered is not None and not result.is_changed:
        return destination_views.TestResult(
            status="host_key_unconfirmed", offered_host_key=offered, failure=failure
        )
    strategy = result.strategy
    return destination_views.TestResult(
        status="ok" if failure is None else "failed",
        offered_host_key=offered,
        login=api_views.login_view(result.login) if result.login else None,
        profile=api_views.profile_view(result.profile) if result.profile else None,
        strategy=strategy.why if strategy else None,
        planned_proof=planned_proof(strategy, Verify.CHECKSUM, ALL_PERCENT) if strategy else None,
        cautions=strategy.cautions if strategy else (),
        failure=failure,
    )


def _answer(ports: Ports, stored: Destination, headers: Mapping[str, str] | None = None) -> Answer:
    view = api_views.destination_view(stored, ports.now())
    return Answer(view, version=stored.tag, headers=headers or {})


def _credential(body: http.DestinationRequest | http.DestinationPatch) -> Credential:
    return Credential(
        password=_shown(body.password),
        private_key=_shown(body.private_key),
        passphrase=_shown(body.passphrase),
    )


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
